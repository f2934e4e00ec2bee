/**
 * The loads under which a server is killed, and what each of them knows must be there afterwards.
 *
 * <p>Knows nothing of how Atoll works. A load is thread-safe while it runs; it is checked when
 * nothing runs.
 */
@NullMarked
package dev.atoll.system.crash;

import org.jspecify.annotations.NullMarked;
