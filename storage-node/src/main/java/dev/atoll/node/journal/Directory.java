package dev.atoll.node.journal;

import java.nio.ByteBuffer;

/** Goes through the directory of a batch that was verified. One thread at a time. */
final class Directory {
    private final ByteBuffer bytes;
    private final int entriesAt;
    private final int count;
    private int i = -1;
    private int recordAt;
    private int nextAt = BatchHeader.BYTES;
    private long position;

    /** Of a whole batch. */
    Directory(ByteBuffer batch, BatchHeader header) {
        this(batch, header, header.directoryAt());
    }

    /** Of bytes in which the directory begins at {@code entriesAt}. */
    Directory(ByteBuffer bytes, BatchHeader header, int entriesAt) {
        this.bytes = bytes;
        this.entriesAt = entriesAt;
        this.count = header.count();
        this.position = header.before();
    }

    /** Goes to the next entry; false behind the last. */
    boolean next() {
        if (++i >= count) {
            return false;
        }
        recordAt = nextAt;
        nextAt = (recordAt + length() + Long.BYTES - 1) & -Long.BYTES;
        if (kind() != RecordKind.PART) {
            position++;
        }
        return true;
    }

    /** Where in the batch the record begins. */
    int recordAt() {
        return recordAt;
    }

    int length() {
        return bytes.getInt(entryAt());
    }

    RecordKind kind() {
        return RecordKind.of(bytes.get(entryAt() + 28));
    }

    /** The position of the record; of a part: that of the record before its commit. */
    long position() {
        return position;
    }

    RecordSummary summary() {
        return new RecordSummary(
                kind(),
                bytes.getInt(entryAt() + 24),
                bytes.getLong(entryAt() + 8),
                bytes.getLong(entryAt() + 16));
    }

    private int entryAt() {
        return entriesAt + i * BatchHeader.ENTRY_BYTES;
    }
}
