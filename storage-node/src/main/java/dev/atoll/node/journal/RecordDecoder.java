package dev.atoll.node.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads what {@link RecordCodec} writes. Stateless. */
final class RecordDecoder {
    private RecordDecoder() {}

    /** Finds the parts of a large commit. */
    interface PartSource {
        /** The whole record at that address, verified. */
        ByteBuffer record(long address) throws IOException;
    }

    static long position(ByteBuffer record) {
        return record.getLong(16);
    }

    static RecordKind kind(ByteBuffer record) {
        return RecordKind.of(record.get(12));
    }

    static RecordSummary summary(ByteBuffer record) {
        var kind = kind(record);
        return new RecordSummary(
                kind,
                record.getInt(48),
                record.getLong(24),
                switch (kind) {
                    case COMMIT, PART, FOLD -> record.getLong(RecordCodec.HEADER_BYTES);
                    case CREATE, DELETE -> 0;
                });
    }

    /**
     * The record that a buffer, verified, holds from 0 to its limit; throws
     * IllegalArgumentException if it does not agree with itself.
     */
    static JournalRecord decode(ByteBuffer record, PartSource parts) throws IOException {
        if (record.get(13) != RecordCodec.VERSION) {
            throw new IOException(
                    "record format: "
                            + record.get(13)
                            + " (expected: "
                            + RecordCodec.VERSION
                            + ")");
        }
        var origin =
                new Origin(
                        record.getInt(48),
                        record.getLong(32),
                        record.getLong(24),
                        record.getLong(40));
        return switch (kind(record)) {
            case COMMIT -> commit(origin, record, parts);
            case PART -> throw new IllegalArgumentException("record: a part alone");
            case CREATE -> new JournalRecord.Create(origin, key(record));
            case DELETE -> new JournalRecord.Delete(origin, key(record));
            case FOLD -> new JournalRecord.Fold(origin, record.getLong(56), record.getInt(64));
        };
    }

    private static JournalRecord.Commit commit(Origin origin, ByteBuffer record, PartSource parts)
            throws IOException {
        int pageSize = record.getInt(72);
        int count = record.getInt(100);
        var numbers = new int[count];
        var images = new byte[Math.multiplyExact(count, pageSize)];
        int done = 0;
        int partCount = record.getInt(104);
        for (int i = 0; i < partCount; i++) {
            var part = parts.record(record.getLong(partAddressAt(i)));
            if (kind(part) != RecordKind.PART
                    || position(part) != position(record)
                    || part.getLong(24) != origin.incarnation()) {
                throw new IllegalArgumentException("part " + i + ": belongs to another commit");
            }
            done = pages(part.position(partAddressAt(0)), numbers, images, done);
        }
        done = pages(record.position(partAddressAt(partCount)), numbers, images, done);
        if (done != count) {
            throw new IllegalArgumentException("pages: " + done + " (expected: " + count + ")");
        }
        var attachment = new byte[record.getInt(RecordCodec.ATTACHMENT_LENGTH_AT)];
        record.get(attachment);
        var commit =
                new JournalRecord.Commit(
                        origin,
                        record.getLong(56),
                        record.getInt(64),
                        new DatabaseState(
                                record.getInt(76), record.getLong(80), record.getLong(88)),
                        PageImages.of(pageSize, numbers, images),
                        attachment);
        if (commit.checksum() != record.getInt(68)) {
            throw new IllegalArgumentException(
                    "checksum of "
                            + commit
                            + ": "
                            + commit.checksum()
                            + " (expected: "
                            + record.getInt(68)
                            + ")");
        }
        return commit;
    }

    private static int partAddressAt(int i) {
        return RecordCodec.COMMIT_HEADER_BYTES + i * Long.BYTES;
    }

    /** Takes the pages from the buffer's position on; returns how many pages there are then. */
    private static int pages(ByteBuffer record, int[] numbers, byte[] images, int done) {
        int pageSize = record.getInt(72);
        int to = done + record.getInt(96);
        for (int i = done; i < to; i++) {
            numbers[i] = record.getInt();
            int length = record.getInt();
            if (length == pageSize) {
                record.get(images, i * pageSize, pageSize);
            } else {
                int end = record.position() + length;
                int limit = record.limit();
                PageCodec.decode(record.limit(end), images, i * pageSize, pageSize);
                record.limit(limit);
            }
        }
        return to;
    }

    private static String key(ByteBuffer record) {
        var bytes = new byte[record.getInt(RecordCodec.HEADER_BYTES)];
        record.get(RecordCodec.HEADER_BYTES + Integer.BYTES, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
