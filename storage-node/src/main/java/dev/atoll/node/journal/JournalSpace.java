package dev.atoll.node.journal;

import dev.atoll.node.disk.Disk;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * How much can still be written: what is left of the current segment, the segments that are ready,
 * and those for which the disk has room. Thread-safe.
 */
final class JournalSpace {
    /** The disk's answer is this old at most; asking for each record would cost as much. */
    private static final long ASK_EVERY_NANOS = Duration.ofMillis(500).toNanos();

    /** What the largest page and the addresses of a commit's parts can add to a part. */
    private static final int PART_SLACK_BYTES = 128 * 1024;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Disk disk;
    private final Path directory;
    private final JournalSettings settings;
    private final LongSupplier ticker;
    private final IntSupplier ready;
    private final long segmentRoom;

    // Two threads may ask at once; both then write the same answer.
    private volatile long askedNanos;
    private volatile long diskRoom;

    // Written by the writer.
    private volatile long currentRoom;
    private volatile long currentRest;
    private volatile long logBytes;

    /** {@code ready} says how many segments there could be without more of the disk. */
    JournalSpace(
            FileJournal.Place place,
            JournalSettings settings,
            LongSupplier ticker,
            IntSupplier ready)
            throws IOException {
        this.disk = place.disk();
        this.directory = place.directory();
        this.settings = settings;
        this.ticker = ticker;
        this.ready = ready;
        this.segmentRoom = room(SegmentHeader.BLOCK_BYTES);
        this.askedNanos = ticker.getAsLong();
        this.diskRoom = disk.usableBytes(directory);
    }

    /** Says up to where the current segment is full. */
    void currentEndsAt(long offset) {
        currentRoom = room(offset);
        currentRest = settings.segmentBytes() - settings.trimBytes() - offset;
    }

    /** Says how many bytes the log's segments have. */
    void logBytes(long bytes) {
        logBytes = bytes;
    }

    /** Asks the disk, if the last time was long ago. */
    void ask() {
        long now = ticker.getAsLong();
        if (now - askedNanos > ASK_EVERY_NANOS) {
            askedNanos = now;
            try {
                diskRoom = disk.usableBytes(directory);
            } catch (IOException e) {
                throw Failure.of(Reason.NODE_FULL, "disk: does not say how much is left", e);
            }
        }
    }

    /** Throws NODE_FULL or OVERLOADED unless that many bytes can be written. */
    void check(long bytes, boolean frees) {
        if (frees && bytes + SegmentHeader.BLOCK_BYTES <= currentRest) {
            // What large records leave at the end of a segment: deleting makes room for them.
            return;
        }
        if (logBytes > 2 * settings.bytesMax()) {
            throw Failure.of(
                            Reason.OVERLOADED,
                            "journal: "
                                    + logBytes
                                    + " bytes (expected: at most twice "
                                    + settings.bytesMax()
                                    + "); folds have to catch up")
                    .retryAfter(RETRY_AFTER);
        }
        if (bytes > currentRoom
                && bytes > currentRoom + (ready.getAsInt() + creatable()) * segmentRoom) {
            throw Failure.of(
                            Reason.NODE_FULL,
                            "disk: "
                                    + diskRoom
                                    + " bytes left (expected: at least "
                                    + (settings.reserveBytes() + settings.segmentBytes())
                                    + "); reads and deletes go on")
                    .retryAfter(RETRY_AFTER);
        }
    }

    private long creatable() {
        return Math.max(0, diskRoom - settings.reserveBytes()) / settings.segmentBytes();
    }

    private long room(long offset) {
        // What does not fit into a segment goes to the next one whole: up to one part is lost.
        long lost = (long) settings.partBytes() + Math.min(PART_SLACK_BYTES, settings.partBytes());
        return Math.max(0, settings.segmentBytes() - settings.trimBytes() - lost - offset);
    }
}
