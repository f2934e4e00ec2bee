/**
 * The {@code sql} command: a shell for the SQL of one instance, and one-shot statements for
 * scripts.
 *
 * <p>Decides by itself whether a statement reads or writes, by asking the server. One thread at a
 * time (the command's).
 */
@NullMarked
package dev.atoll.cli.sql;

import org.jspecify.annotations.NullMarked;
