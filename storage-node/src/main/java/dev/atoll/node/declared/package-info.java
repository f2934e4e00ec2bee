/**
 * What is declared now: the blocks of the current file, ready for use by calls.
 *
 * <p>It is told when another file becomes current, and knows neither where files come from nor what
 * instances do. Thread-safe; nothing that a call asks waits.
 */
@NullMarked
package dev.atoll.node.declared;

import org.jspecify.annotations.NullMarked;
