/**
 * What a person or a script sees of a command: tables, JSON, CSV, progress and exit codes.
 *
 * <p>Knows nothing of Atoll's calls: it is handed rows and texts. One thread at a time (the
 * command's).
 */
@NullMarked
package dev.atoll.cli.terminal;

import org.jspecify.annotations.NullMarked;
