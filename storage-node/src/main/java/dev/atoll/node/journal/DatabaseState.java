package dev.atoll.node.journal;

/**
 * What a commit left behind, beyond its pages. Immutable.
 *
 * @param pageCount the length of the database in pages
 * @param nextAlarmMicros when the instance wants to be woken, since 1970; 0 for never
 * @param schemaVersion of the declared schema
 */
public record DatabaseState(int pageCount, long nextAlarmMicros, long schemaVersion) {
    public DatabaseState {
        if (pageCount < 1) {
            throw new IllegalArgumentException("pageCount: " + pageCount + " (expected: >= 1)");
        }
    }
}
