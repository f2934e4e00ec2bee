/**
 * The {@code atoll} command: reads the command line, runs one subcommand, and says by its exit code
 * how that ended.
 *
 * <p>Each subcommand lives in a package of its own; they share only {@code terminal} and {@code
 * credentials}. One thread at a time (the main thread).
 */
@NullMarked
package dev.atoll.cli;

import org.jspecify.annotations.NullMarked;
