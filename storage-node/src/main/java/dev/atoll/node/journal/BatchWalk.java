package dev.atoll.node.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Goes through the batches of a segment, past damaged places. One thread at a time. */
final class BatchWalk {
    // Many small batches in one read; of large ones, the directory and the next header.
    private static final int READ_AHEAD_BYTES = 256 * 1024;
    private static final int LARGE_BATCH_BYTES = 64 * 1024;
    private static final int NEXT_HEADER_BYTES = 2 * SegmentHeader.BLOCK_BYTES;

    private final Segment segment;
    private final SeededChecksum checksum;
    private final ByteBuffer head = ByteBuffer.allocate(BatchHeader.BYTES);
    private int readAheadBytes = READ_AHEAD_BYTES;
    private long offset = SegmentHeader.BLOCK_BYTES;

    // Outside the heap: else every read would copy once more.
    private ByteBuffer window = ByteBuffer.allocateDirect(READ_AHEAD_BYTES).limit(0);
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
                    // What was read ahead may be older than what is behind it, in a log that grows.
                    window.limit(0);
                    var before = header(from, end);
                    if (before.isPresent()) {
                        return Optional.of(batch(from, before.get()));
                    }
                    offset = at;
                    return Optional.of(new Gap(from, at));
                }
                return Optional.of(batch(at, header.get()));
            }
        }
        offset = end;
        return Optional.of(new Gap(from, end));
    }

    private Batch batch(long at, BatchHeader header) {
        int length = header.paddedLength();
        offset = at + length;
        readAheadBytes = length > LARGE_BATCH_BYTES ? NEXT_HEADER_BYTES : READ_AHEAD_BYTES;
        return new Batch(at, header);
    }

    /**
     * The bytes there, from the buffer's position to its limit; fewer at the end of the file. Good
     * until the next call of any method.
     */
    ByteBuffer bytes(long at, int length) throws IOException {
        if (at < windowAt || at + length > windowAt + window.limit()) {
            int wanted = Math.max(length + NEXT_HEADER_BYTES, readAheadBytes);
            if (window.capacity() < wanted) {
                window = ByteBuffer.allocateDirect(wanted);
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
        head.clear().put(block).flip();
        var directory = bytes(at + header.directoryAt(), header.length() - header.directoryAt());
        return checksum.of(head, 8, BatchHeader.BYTES, directory) == head.getInt(4)
                ? Optional.of(header)
                : Optional.empty();
    }
}
