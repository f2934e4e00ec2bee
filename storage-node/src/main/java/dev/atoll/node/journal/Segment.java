package dev.atoll.node.journal;

import dev.atoll.node.disk.DiskFile;
import java.nio.file.Path;

/**
 * One file of the log, open. Thread-safe: one writer moves its tail, readers stop there.
 *
 * <p>The file is closed by whoever takes the segment out of the log, when no reader is left.
 */
final class Segment {
    private final Path path;
    private final SegmentHeader header;
    private final DiskFile file;

    // Replaced whole by the writer thread, or by recovery before there is one.
    private volatile Tail tail = new Tail(0, 0, 0, SegmentHeader.BLOCK_BYTES);

    Segment(Path path, SegmentHeader header, DiskFile file) {
        this.path = path;
        this.header = header;
        this.file = file;
    }

    /**
     * How far a segment reaches. Immutable.
     *
     * @param before the position before its first record
     * @param after the position of its last record that counts; what follows in the file is dead
     * @param needed the position of the last record that needs it: that of a large commit that ends
     *     in a later segment, else {@code after}
     * @param end the offset behind its last batch that counts
     */
    record Tail(long before, long after, long needed, long end) {}

    Path path() {
        return path;
    }

    String name() {
        return String.valueOf(path.getFileName());
    }

    SegmentHeader header() {
        return header;
    }

    DiskFile file() {
        return file;
    }

    long index() {
        return header.index();
    }

    /** The address of that offset. */
    long address(long offset) {
        return header.index() * header.segmentBytes() + offset;
    }

    Tail tail() {
        return tail;
    }

    /** Says that nothing is in it yet. */
    void begin(long position) {
        tail = new Tail(position, position, position, SegmentHeader.BLOCK_BYTES);
    }

    /** Says that it holds durable records up to that position, which end at that offset. */
    void advance(long position, long offset) {
        tail = new Tail(tail.before(), position, position, offset);
    }

    /** Says that the last thing in it is a part of a commit that goes on in the next segment. */
    void goesOn() {
        tail = new Tail(tail.before(), tail.after(), tail.after() + 1, tail.end());
    }
}
