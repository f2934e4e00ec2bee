package dev.atoll.node.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Goes through the batches of a segment, past damaged places. One thread at a time. */
final class BatchWalk {
    // Many small batches in one read, and not much waste when only directories are wanted.
    private static final int READ_AHEAD_BYTES = 64 * 1024;

    private final Segment segment;
    private final SeededChecksum checksum;
    private long offset = SegmentHeader.BLOCK_BYTES;
    private ByteBuffer window = ByteBuffer.allocate(READ_AHEAD_BYTES).limit(0);
    private long windowAt;

    BatchWalk(Segment segment) {
        this.segment = segment;
        this.checksum = new SeededChecksum(segment.header().segmentId());
    }

    /** What lies in a segment. */
    sealed interface Step {
        /** Where it begins. */
        long offset();
    }

    /** A batch whose header and directory are good. */
    record Batch(long offset, BatchHeader header) implements Step {}

    /** A place before a good batch, or before the end, where no good one is. */
    record Gap(long offset, long end) implements Step {}

    /** Goes on from that offset, where a batch begins. */
    void seek(long to) {
        offset = to;
    }

    long offset() {
        return offset;
    }

    /** The next batch or gap before {@code end}; empty at the end. */
    Optional<Step> next(long end) throws IOException {
        if (offset >= end) {
            return Optional.empty();
        }
        long from = offset;
        for (long at = from; at < end; at += SegmentHeader.BLOCK_BYTES) {
            var header = header(at, end);
            if (header.isPresent()) {
                if (at > from) {
                    offset = at;
                    return Optional.of(new Gap(from, at));
                }
                offset = at + header.get().paddedLength();
                return Optional.of(new Batch(at, header.get()));
            }
        }
        offset = end;
        return Optional.of(new Gap(from, end));
    }

    /**
     * The bytes there, from the buffer's position to its limit; fewer at the end of the file. Good
     * until the next call of any method.
     */
    ByteBuffer bytes(long at, int length) throws IOException {
        if (at < windowAt || at + length > windowAt + window.limit()) {
            int wanted = Math.max(length, READ_AHEAD_BYTES);
            if (window.capacity() < wanted) {
                window = ByteBuffer.allocate(wanted);
            }
            window.clear().limit(wanted);
            segment.file().readFully(window, at);
            window.flip();
            windowAt = at;
        }
        int begin = (int) (at - windowAt);
        return window.slice(begin, Math.min(length, window.limit() - begin));
    }

    /** Whether the record that begins there has that checksum, which it also says itself. */
    boolean isGood(ByteBuffer bytes, int at, int length) {
        return length >= RecordCodec.HEADER_BYTES
                && at + length <= bytes.limit()
                && bytes.getInt(at) == RecordCodec.MAGIC
                && bytes.getInt(at + 8) == length
                && bytes.getInt(at + 4) == checksum.of(bytes, at + 8, at + length);
    }

    private Optional<BatchHeader> header(long at, long end) throws IOException {
        var block = bytes(at, BatchHeader.BYTES);
        if (block.limit() < BatchHeader.BYTES
                || !BatchHeader.looksLikeOne(block, 0, segment.address(at), end - at)) {
            return Optional.empty();
        }
        var header = BatchHeader.get(block, 0);
        int expected = block.getInt(4);
        var head = ByteBuffer.allocate(BatchHeader.BYTES).put(block).flip();
        var directory = bytes(at + header.directoryAt(), header.length() - header.directoryAt());
        var both = ByteBuffer.allocate(head.limit() + directory.limit()).put(head).put(directory);
        return checksum.of(both, 8, both.position()) == expected
                ? Optional.of(header)
                : Optional.empty();
    }
}
