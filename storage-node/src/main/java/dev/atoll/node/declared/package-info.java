/**
 * What is in force: the blocks of the current declarations, ready for use by calls.
 *
 * <p>It knows neither where declarations come from nor what instances do. Thread-safe; nothing that
 * a call asks waits.
 */
@NullMarked
package dev.atoll.node.declared;

import org.jspecify.annotations.NullMarked;
