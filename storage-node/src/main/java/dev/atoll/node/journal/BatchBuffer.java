package dev.atoll.node.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The batch that is being put together, in one piece of memory outside the heap, so that one call
 * writes it. One thread at a time: the writer.
 */
final class BatchBuffer {
    // Enough for a large part and many small records; a sync of more gains nothing.
    private static final int BYTES_MAX = 4 << 20;

    private static final byte[] ZEROS = new byte[SegmentHeader.BLOCK_BYTES];

    private final ByteBuffer records;
    private final ByteBuffer directory;
    private final SeededChecksum checksum = new SeededChecksum(0);
    private @Nullable Segment segment;
    private long offset;
    private long before;
    private long after;
    private int count;

    BatchBuffer(JournalSettings settings) {
        int bytes = (int) Math.min(BYTES_MAX, settings.segmentBytes() - SegmentHeader.BLOCK_BYTES);
        this.records = ByteBuffer.allocateDirect(bytes);
        this.directory = ByteBuffer.allocateDirect(bytes / RecordCodec.HEADER_BYTES * 32);
    }

    /** Begins an empty batch at that offset; {@code position} is that of the record before it. */
    void begin(Segment into, long at, long position) {
        segment = into;
        offset = at;
        before = position;
        after = position;
        count = 0;
        records.clear().position(BatchHeader.BYTES);
        directory.clear();
        checksum.seed(into.header().segmentId());
    }

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    long after() {
        return after;
    }

    /** Whether a record of up to that many bytes fits, {@code kept} bytes of the segment left. */
    boolean fits(long recordBytes, int kept) {
        long length =
                records.position()
                        + recordBytes
                        + Long.BYTES
                        + (count + 1L) * BatchHeader.ENTRY_BYTES;
        return length <= records.capacity() - SegmentHeader.BLOCK_BYTES
                && offset + BatchHeader.padded((int) length) <= bytes() - kept;
    }

    /** Adds a record that is not a commit. */
    void add(long position, JournalRecord record) {
        int at = records.position();
        RecordCodec.put(records, position, record);
        enter(at);
        after = position;
    }

    /** Adds pages of a commit; returns the first page that is not in. */
    int add(long position, JournalRecord.Commit commit, RecordCodec.Parts parts, int from) {
        int at = records.position();
        int next = RecordCodec.putPages(records, position, commit, parts, from);
        enter(at);
        if (next == commit.pages().count()) {
            after = position;
        }
        return next;
    }

    /** The address the next record will have. */
    long nextAddress() {
        return open().address(offset + records.position());
    }

    /** Writes the batch, in one call; returns the offset behind it. */
    long write(BatchHeader.Known known) throws IOException {
        directory.flip();
        records.put(directory);
        var header =
                new BatchHeader(
                        records.position(),
                        count,
                        open().address(offset),
                        new BatchHeader.Range(before, after),
                        known);
        pad(header.paddedLength());
        header.put(records, checksum);
        open().file().write(records.flip(), offset);
        return offset + header.paddedLength();
    }

    private void enter(int at) {
        int end = records.position();
        int sum = checksum.of(records, at + 8, end);
        records.putInt(at + 4, sum);
        var kind = RecordKind.of(records.get(at + 12));
        directory.putInt(end - at).putInt(sum).putLong(records.getLong(at + 24));
        directory.putLong(
                switch (kind) {
                    case COMMIT, PART, FOLD -> records.getLong(at + RecordCodec.HEADER_BYTES);
                    case CREATE, DELETE -> 0;
                });
        directory.putInt(records.getInt(at + 48)).putInt(kind.code() << 24);
        pad((end + Long.BYTES - 1) & -Long.BYTES);
        count++;
    }

    private void pad(int to) {
        records.put(ZEROS, 0, to - records.position());
    }

    private long bytes() {
        return open().header().segmentBytes();
    }

    private Segment open() {
        if (segment == null) {
            throw new IllegalStateException("batch: not begun");
        }
        return segment;
    }
}
