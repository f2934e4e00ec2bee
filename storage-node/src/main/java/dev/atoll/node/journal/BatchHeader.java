package dev.atoll.node.journal;

import java.nio.ByteBuffer;

/**
 * The beginning of a batch: what one write put into the log. Immutable.
 *
 * <pre>
 *  0  4  magic "ABAT"
 *  4  4  checksum of this header from 8 on, and of the directory
 *  8  4  length: header, records, directory
 * 12  4  entries in the directory
 * 16  8  address of this batch
 * 24  8  before: the position before its first record
 * 32  8  after: the position of its last whole record; as before if it has none
 * 40  8  durable: the position that was known to be durable when it was written
 * 48  8  start: the index of the oldest segment that is still needed
 * 56  8  begin: the position before the first record of the segment
 * 64  8  the position that the log starts behind: that of its last record that is not needed
 * 72     records, each padded with zeros to a multiple of 8
 *        directory, at length - 32 * entries; one entry for each record, in order:
 *          0  4  length of the record, without its padding
 *          4  4  checksum of the record, as in the record
 *          8  8  incarnation
 *         16  8  commit, 0 if the record is about none
 *         24  4  shard
 *         28  1  kind
 *         29  3  zero
 * </pre>
 *
 * A batch begins at a multiple of 4096 and is padded with zeros to one: a block that is durable is
 * never written again. The directory repeats what the records say, so that a damaged record still
 * has a name.
 */
record BatchHeader(int length, int count, long address, Range positions, Known known) {
    static final int BYTES = 72;
    static final int ENTRY_BYTES = 32;
    static final int MAGIC = 0x41424154;

    /** Positions of records: after {@code before}, up to {@code after}. */
    record Range(long before, long after) {}

    /** What the writer knew when it wrote the batch. */
    record Known(long durable, Start start, long begin) {}

    /**
     * The oldest segment that is needed, and the position that the log starts behind: the one
     * before its first record, or that of a large commit of which it holds the rest.
     */
    record Start(long segment, long position) {}

    long before() {
        return positions.before();
    }

    long after() {
        return positions.after();
    }

    int directoryAt() {
        return length - count * ENTRY_BYTES;
    }

    /** The bytes it takes in the segment. */
    int paddedLength() {
        return padded(length);
    }

    static int padded(int length) {
        return (length + SegmentHeader.BLOCK_BYTES - 1) & -SegmentHeader.BLOCK_BYTES;
    }

    /** Writes this header in front of records and directory, which must be there already. */
    void put(ByteBuffer batch, SeededChecksum checksum) {
        batch.putInt(0, MAGIC)
                .putInt(8, length)
                .putInt(12, count)
                .putLong(16, address)
                .putLong(24, before())
                .putLong(32, after())
                .putLong(40, known.durable())
                .putLong(48, known.start().segment())
                .putLong(56, known.begin())
                .putLong(64, known.start().position());
        batch.putInt(4, checksum.of(batch, 8, BYTES, directoryAt(), length));
    }

    /** Whether a batch that fits into {@code room} bytes seems to begin there. */
    static boolean looksLikeOne(ByteBuffer bytes, int at, long address, long room) {
        if (bytes.getInt(at) != MAGIC || bytes.getLong(at + 16) != address) {
            return false;
        }
        int length = bytes.getInt(at + 8);
        int count = bytes.getInt(at + 12);
        return length >= BYTES
                && length <= room
                && count >= 0
                && count <= (length - BYTES) / ENTRY_BYTES;
    }

    /** The header there, unverified. */
    static BatchHeader get(ByteBuffer bytes, int at) {
        return new BatchHeader(
                bytes.getInt(at + 8),
                bytes.getInt(at + 12),
                bytes.getLong(at + 16),
                new Range(bytes.getLong(at + 24), bytes.getLong(at + 32)),
                new Known(
                        bytes.getLong(at + 40),
                        new Start(bytes.getLong(at + 48), bytes.getLong(at + 64)),
                        bytes.getLong(at + 56)));
    }
}
