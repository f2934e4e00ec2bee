package dev.atoll.node.journal;

import java.util.List;

/**
 * Records that were durable and are lost. Immutable.
 *
 * @param file the segment
 * @param offset where in it the damage is, or begins
 * @param after the position before the first record that is lost
 * @param upTo the position of the last one
 * @param harmed those of the lost records of which the log still knows what they were
 */
public record Damage(String file, long offset, long after, long upTo, List<RecordSummary> harmed) {
    public Damage {
        harmed = List.copyOf(harmed);
    }

    /** Whether it is known of every lost record whose it was. */
    public boolean allKnown() {
        return harmed.size() >= upTo - after;
    }

    @Override
    public String toString() {
        return file
                + " at offset "
                + offset
                + (allKnown() ? ": " : ": up to ")
                + (upTo - after)
                + " records lost, positions "
                + (after + 1)
                + " to "
                + upTo
                + ", of which known: "
                + harmed;
    }
}
