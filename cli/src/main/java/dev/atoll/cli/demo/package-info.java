/**
 * The demo: takes the Chinook music store apart into one catalogue and one database for each of its
 * customers, asks questions across them, and proves that nothing was lost on the way.
 *
 * <p>Talks to Atoll only through the Java client, as any program would; the original file is read
 * by the same package that a node uses. One thread at a time (the command's), but for the
 * questions, which ask many instances at once.
 */
@NullMarked
package dev.atoll.cli.demo;

import org.jspecify.annotations.NullMarked;
