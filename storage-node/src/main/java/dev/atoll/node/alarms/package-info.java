/**
 * What an instance does by itself when a moment comes: its alarms, and the deletion of rows that
 * have expired; and when that moment is.
 *
 * <p>It is given a transaction on the instance's lane; it knows neither who wakes instances nor how
 * the operations of an alarm are run. DESIGN.md in this folder says what it relies on.
 */
@NullMarked
package dev.atoll.node.alarms;

import org.jspecify.annotations.NullMarked;
