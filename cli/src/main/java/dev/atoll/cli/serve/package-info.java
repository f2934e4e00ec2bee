/**
 * The commands that serve: {@code dev}, {@code router} and {@code node}. They gather settings,
 * assemble the parts, open the operators' port and wait until they are told to stop.
 *
 * <p>What the parts do inside is no business of this package. One thread at a time (the command's),
 * but for the stop, which comes from a signal.
 */
@NullMarked
package dev.atoll.cli.serve;

import org.jspecify.annotations.NullMarked;
