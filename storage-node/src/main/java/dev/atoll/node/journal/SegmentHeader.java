package dev.atoll.node.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The first block of a segment: who it is. Immutable.
 *
 * <pre>
 *  0  8  magic "ATOLLJNL"
 *  8  4  format version, 1
 * 12  4  CRC-32C of this header without this field
 * 16  8  bytes of the segment
 * 24  8  id of the log, random
 * 32  8  id of the segment, random, never used again: it seeds every checksum in the segment
 * 40  8  index of the segment, 1, 2, 3 …
 * 48 16  zero
 * </pre>
 *
 * The same 64 bytes stand at 0 and at 2048 of the block, for without the id nothing in the segment
 * can be read. The rest of the block is zero. All numbers are big-endian.
 */
record SegmentHeader(long segmentBytes, long logId, long segmentId, long index) {
    static final int BLOCK_BYTES = 4096;
    static final int FORMAT = 1;
    private static final long MAGIC = 0x41544F4C4C4A4E4CL;
    private static final int BYTES = 64;
    private static final int COPY_AT = 2048;

    /** The whole block, ready to be written. */
    ByteBuffer toBlock() {
        var block = ByteBuffer.allocate(BLOCK_BYTES);
        put(block, 0);
        put(block, COPY_AT);
        return block;
    }

    /** The header in that block; empty if both copies are damaged. */
    static Optional<SegmentHeader> parse(ByteBuffer block) throws IOException {
        var first = parse(block, 0);
        return first.isPresent() ? first : parse(block, COPY_AT);
    }

    private void put(ByteBuffer block, int at) {
        block.putLong(at, MAGIC)
                .putInt(at + 8, FORMAT)
                .putLong(at + 16, segmentBytes)
                .putLong(at + 24, logId)
                .putLong(at + 32, segmentId)
                .putLong(at + 40, index);
        block.putInt(at + 12, checksum(block, at));
    }

    private static Optional<SegmentHeader> parse(ByteBuffer block, int at) throws IOException {
        if (block.limit() < at + BYTES
                || block.getLong(at) != MAGIC
                || block.getInt(at + 12) != checksum(block, at)) {
            return Optional.empty();
        }
        int format = block.getInt(at + 8);
        if (format != FORMAT) {
            throw new IOException("journal format: " + format + " (expected: " + FORMAT + ")");
        }
        return Optional.of(
                new SegmentHeader(
                        block.getLong(at + 16),
                        block.getLong(at + 24),
                        block.getLong(at + 32),
                        block.getLong(at + 40)));
    }

    private static int checksum(ByteBuffer block, int at) {
        var crc = new CRC32C();
        crc.update(block.slice(at, 12));
        crc.update(block.slice(at + 16, BYTES - 16));
        return (int) crc.getValue();
    }
}
