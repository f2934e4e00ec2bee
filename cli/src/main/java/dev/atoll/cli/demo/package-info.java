/**
 * The demo: takes the Chinook music store apart into one catalogue and one database for each of its
 * customers, asks questions across them, looks at them as a customer, and proves that nothing was
 * lost on the way. {@code store.yaml} declares the tables and rules.
 *
 * <p>Talks to Atoll only through the Java client, as any program would; the original file is read
 * by the same package that a node uses. One thread at a time (the command's), but for the
 * questions, which ask many instances at once.
 */
@NullMarked
package dev.atoll.cli.demo;

import org.jspecify.annotations.NullMarked;
