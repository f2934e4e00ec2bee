package dev.atoll.node.journal;

/** What a reader meets. Immutable. */
public sealed interface JournalEntry {
    /** A record, whole and verified. */
    record Intact(long position, long address, JournalRecord record) implements JournalEntry {}

    /** That a record is there; its pages were not read. */
    record Listed(long position, long address, RecordSummary summary) implements JournalEntry {}

    /** Records that were durable and cannot be read any more. */
    record Damaged(Damage damage) implements JournalEntry {}
}
