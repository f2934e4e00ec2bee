package dev.atoll.node.blocks.schema;

/**
 * A difference between two declarations, for people. Immutable.
 *
 * @param effect what it may do to what is there
 * @param subject what changes: {@code workspace.invoices.amount}, or a part of that
 * @param text how
 */
public record Change(Effect effect, String subject, String text) implements Comparable<Change> {
    /** What a change may do to what is there, the worst last. */
    public enum Effect {
        /** All data stays as it is, and every instance can take it. */
        HARMLESS,
        /** Instances whose data does not fit stay on their old schema, and are listed. */
        MAY_FAIL,
        /** Data can no longer be seen: it needs to be allowed. */
        DESTRUCTIVE,
        /** It cannot be done. */
        IMPOSSIBLE
    }

    /** The same, of a part of something. */
    Change of(String whole) {
        return new Change(effect, subject.isEmpty() ? whole : whole + "." + subject, text);
    }

    @Override
    public int compareTo(Change other) {
        return other.effect.compareTo(effect);
    }

    @Override
    public String toString() {
        return subject + ": " + text;
    }
}
