package dev.atoll.node.journal;

/** How much the log holds, and how much it should at most. Immutable. */
public record JournalSize(long bytes, long bytesMax) {
    /** Whether the oldest segment should be made free by folding what holds it back. */
    public boolean isOver() {
        return bytes > bytesMax;
    }
}
