/**
 * Wakes instances that are due: a thread that finds them in the catalogue, and for each of them a
 * visit that deletes what has expired, runs alarms, and hands others to services that watch.
 *
 * <p>It knows neither how the operations of an alarm are run nor who watches: both are given to it.
 * DESIGN.md of the package alarms says what it relies on. Thread-safe.
 */
@NullMarked
package dev.atoll.node.waking;

import org.jspecify.annotations.NullMarked;
