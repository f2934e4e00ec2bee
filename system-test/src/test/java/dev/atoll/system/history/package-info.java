/**
 * What clients saw of instances, and whether one serial execution explains all of it.
 *
 * <p>Knows nothing of how Atoll works: it judges by what was sent, what came back, and when. The
 * checks are immutable functions of a history; recording is thread-safe.
 */
@NullMarked
package dev.atoll.system.history;

import org.jspecify.annotations.NullMarked;
