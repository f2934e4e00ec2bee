package dev.atoll.node.journal;

import dev.atoll.wire.Failure;

/**
 * Told once what became of a position.
 *
 * <p>Runs on the journal's one writer thread, while every other commit waits: it hands over and
 * returns; it never blocks, computes or throws.
 */
public interface Durable {
    /** Everything up to the position is durable. */
    void durable();

    /** Whether it is durable is not known and will not be: OUTCOME_UNKNOWN. */
    void failed(Failure cause);
}
