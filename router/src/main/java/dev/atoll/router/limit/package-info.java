/**
 * Limits of what a router takes on at once.
 *
 * <p>Counts, and knows nothing of what it counts. Thread-safe, and never waits.
 */
@NullMarked
package dev.atoll.router.limit;

import org.jspecify.annotations.NullMarked;
