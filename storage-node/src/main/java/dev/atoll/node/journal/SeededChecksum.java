package dev.atoll.node.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C that begins with a segment's id, so that bytes from the segment's earlier life, or from
 * another log, never match. One thread at a time.
 */
final class SeededChecksum {
    private final CRC32C crc = new CRC32C();
    private final byte[] seed = new byte[Long.BYTES];

    SeededChecksum(long segmentId) {
        seed(segmentId);
    }

    void seed(long segmentId) {
        ByteBuffer.wrap(seed).putLong(segmentId);
    }

    /** The checksum of two ranges of the buffer; its position and limit stay as they are. */
    int of(ByteBuffer bytes, int from, int to, int moreFrom, int moreTo) {
        crc.reset();
        crc.update(seed);
        int position = bytes.position();
        int limit = bytes.limit();
        update(bytes, from, to);
        update(bytes, moreFrom, moreTo);
        bytes.limit(limit).position(position);
        return (int) crc.getValue();
    }

    int of(ByteBuffer bytes, int from, int to) {
        return of(bytes, from, to, to, to);
    }

    /** The checksum of a range of one buffer and of all of another. */
    int of(ByteBuffer bytes, int from, int to, ByteBuffer more) {
        crc.reset();
        crc.update(seed);
        update(bytes, from, to);
        update(more, 0, more.limit());
        return (int) crc.getValue();
    }

    private void update(ByteBuffer bytes, int from, int to) {
        if (from < to) {
            bytes.limit(to).position(from);
            crc.update(bytes);
        }
    }
}
