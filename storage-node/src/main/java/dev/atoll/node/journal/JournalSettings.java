package dev.atoll.node.journal;

import java.time.Duration;

/**
 * The sizes of a log, and one time. Immutable.
 *
 * @param segmentBytes of each file; fixed when the log is made
 * @param bytesMax how much the log should hold: above it the oldest segment should be folded free,
 *     above twice it appending is refused
 * @param waitingBytesMax how much may wait to be written, in memory: about what a slow disk takes
 *     in seconds, and a part of the heap; more is refused with OVERLOADED
 * @param reserveBytes of the disk that the journal leaves to others: folds, and the trim itself
 * @param coverAfter how long the newest record is the last one before an empty batch says that it
 *     is durable
 */
public record JournalSettings(
        long segmentBytes,
        long bytesMax,
        long waitingBytesMax,
        long reserveBytes,
        Duration coverAfter) {
    private static final long MIB = 1 << 20;

    /** The rest is for calls, and for what the writer makes of the records. */
    private static final long HEAP_SHARE = 4;

    private static final long WAITING_LEAST = 16 * MIB;
    private static final long WAITING_MOST = 256 * MIB;

    /** What a node uses if it is not told otherwise. */
    public static final JournalSettings DEFAULT = forHeap(Runtime.getRuntime().maxMemory());

    public JournalSettings {
        if (segmentBytes % SegmentHeader.BLOCK_BYTES != 0
                || segmentBytes < 16L * SegmentHeader.BLOCK_BYTES
                || segmentBytes > 1024 * MIB) {
            throw new IllegalArgumentException(
                    "segmentBytes: " + segmentBytes + " (expected: 64 KiB to 1 GiB, in 4 KiB)");
        }
    }

    /**
     * The same for a heap of that size: what waits is in memory, and with a disk that stands still
     * it waits for as long as that does.
     */
    public static JournalSettings forHeap(long heapBytes) {
        return new JournalSettings(
                64 * MIB,
                1024 * MIB,
                Math.clamp(heapBytes / HEAP_SHARE, WAITING_LEAST, WAITING_MOST),
                256 * MIB,
                Duration.ofSeconds(1));
    }

    /** A commit larger than this is spread over several records. */
    int partBytes() {
        return (int) Math.min(MIB, segmentBytes / 8);
    }

    /** The end of each segment that only trims use, so that a full disk can become empty. */
    int trimBytes() {
        return 4 * SegmentHeader.BLOCK_BYTES;
    }
}
