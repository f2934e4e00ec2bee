package dev.atoll.node.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Records as bytes.
 *
 * <pre>
 *  0  4  magic "AREC"
 *  4  4  checksum from 8 to the end of the record
 *  8  4  length
 * 12  1  kind
 * 13  1  format version, 1
 * 14  2  zero
 * 16  8  position; of a part: that of the commit it belongs to
 * 24  8  incarnation
 * 32  8  epoch
 * 40  8  time, microseconds since 1970
 * 48  4  shard
 * 52  4  zero
 *
 * COMMIT, PART
 * 56  8  commit
 * 64  4  checksum of the incarnation's previous commit
 * 68  4  checksum of this commit
 * 72  4  page size
 * 76  4  pages of the database after the commit
 * 80  8  next alarm, microseconds since 1970; 0 for never
 * 88  8  schema version
 * 96  4  pages in this record
 * 100  4  pages in the whole commit
 * 104  4  parts of the commit before this record (0 in a part)
 * 108  4  bytes of the attachment (0 in a part)
 * 112     the parts' addresses, 8 each
 *        pages: 4 number, 4 bytes that follow (as many as a page has: as it is; else: see
 *        PageCodec), the bytes
 *        the attachment
 *
 * CREATE, DELETE
 * 56  4  bytes of the key
 * 60     the key, UTF-8
 *
 * FOLD
 * 56  8  commit
 * 64  4  checksum of that commit
 * </pre>
 *
 * Stateless.
 */
final class RecordCodec {
    static final int MAGIC = 0x41524543;
    static final int HEADER_BYTES = 56;
    static final int COMMIT_HEADER_BYTES = 112;
    static final int PAGE_HEADER_BYTES = 8;
    static final byte VERSION = 1;
    static final int ATTACHMENT_LENGTH_AT = 108;
    private static final int FOLD_BYTES = 68;
    private static final int KEY_AT = 60;

    private RecordCodec() {}

    static RecordKind kind(JournalRecord record) {
        return switch (record) {
            case JournalRecord.Commit _ -> RecordKind.COMMIT;
            case JournalRecord.Create _ -> RecordKind.CREATE;
            case JournalRecord.Delete _ -> RecordKind.DELETE;
            case JournalRecord.Fold _ -> RecordKind.FOLD;
        };
    }

    static long commit(JournalRecord record) {
        return switch (record) {
            case JournalRecord.Commit commit -> commit.commit();
            case JournalRecord.Fold fold -> fold.commit();
            case JournalRecord.Create _, JournalRecord.Delete _ -> 0;
        };
    }

    /** The most bytes the record can take, were it one record. */
    static long bytesMax(JournalRecord record) {
        return switch (record) {
            case JournalRecord.Commit commit ->
                    COMMIT_HEADER_BYTES
                            + commit.pages().bytes()
                            + (long) PAGE_HEADER_BYTES * commit.pages().count()
                            + commit.attachment().remaining();
            case JournalRecord.Create create -> KEY_AT + 3L * create.key().length();
            case JournalRecord.Delete delete -> KEY_AT + 3L * delete.key().length();
            case JournalRecord.Fold _ -> FOLD_BYTES;
        };
    }

    /** Appends a record that is not a commit; its checksum is still missing. */
    static void put(ByteBuffer out, long position, JournalRecord record) {
        int at = out.position();
        putHeader(out, kind(record), position, record.origin());
        switch (record) {
            case JournalRecord.Create create -> putKey(out, create.key());
            case JournalRecord.Delete delete -> putKey(out, delete.key());
            case JournalRecord.Fold fold -> out.putLong(fold.commit()).putInt(fold.checksum());
            case JournalRecord.Commit _ ->
                    throw new IllegalStateException("commits are written by putPages");
        }
        out.putInt(at + 8, out.position() - at);
    }

    /**
     * Appends pages of a commit from {@code from} on until {@code partBytes} are reached; returns
     * the first page that is not in. The record is the COMMIT if that is the last page, else a
     * PART.
     */
    static int putPages(
            ByteBuffer out, long position, JournalRecord.Commit commit, Parts parts, int from) {
        int at = out.position();
        var pages = commit.pages();
        putHeader(out, RecordKind.COMMIT, position, commit.origin());
        out.putLong(commit.commit())
                .putInt(commit.previousChecksum())
                .putInt(commit.checksum())
                .putInt(pages.pageSize())
                .putInt(commit.state().pageCount())
                .putLong(commit.state().nextAlarmMicros())
                .putLong(commit.state().schemaVersion())
                .putInt(0)
                .putInt(pages.count())
                .putLong(0);
        // The parts' addresses stand before the pages, so what this record is must be known first.
        if (remainingBytes(pages, from) <= parts.bytesMax()) {
            for (long address : parts.addresses()) {
                out.putLong(address);
            }
            putPagesTo(out, pages, from, pages.count(), Integer.MAX_VALUE);
            var attachment = commit.attachment();
            out.putInt(at + ATTACHMENT_LENGTH_AT, attachment.remaining()).put(attachment);
            finish(out, at, pages.count() - from, parts.addresses().size());
            return pages.count();
        }
        out.put(at + 12, RecordKind.PART.code());
        // The last page is left to the COMMIT: a part never completes anything.
        int next = putPagesTo(out, pages, from, pages.count() - 1, at + parts.bytesMax());
        finish(out, at, next - from, 0);
        return next;
    }

    private static long remainingBytes(PageImages pages, int from) {
        return (long) (pages.count() - from) * (pages.pageSize() + PAGE_HEADER_BYTES);
    }

    /** Appends pages before {@code to}, none that could go past {@code endMax}. */
    private static int putPagesTo(ByteBuffer out, PageImages pages, int from, int to, int endMax) {
        int pageSize = pages.pageSize();
        int i = from;
        while (i < to && out.position() <= endMax - PAGE_HEADER_BYTES - pageSize) {
            out.putInt(pages.number(i)).putInt(pageSize);
            int body = out.position();
            if (PageCodec.encode(pages.array(), i * pageSize, pageSize, out)) {
                out.putInt(body - 4, out.position() - body);
            } else {
                out.put(pages.array(), i * pageSize, pageSize);
            }
            i++;
        }
        return i;
    }

    private static void finish(ByteBuffer out, int at, int pages, int parts) {
        out.putInt(at + 8, out.position() - at).putInt(at + 96, pages).putInt(at + 104, parts);
    }

    private static void putHeader(ByteBuffer out, RecordKind kind, long position, Origin origin) {
        out.putInt(MAGIC)
                .putInt(0)
                .putInt(0)
                .put(kind.code())
                .put(VERSION)
                .putShort((short) 0)
                .putLong(position)
                .putLong(origin.incarnation())
                .putLong(origin.epoch())
                .putLong(origin.timeMicros())
                .putInt(origin.shard())
                .putInt(0);
    }

    private static void putKey(ByteBuffer out, String key) {
        var bytes = key.getBytes(StandardCharsets.UTF_8);
        out.putInt(bytes.length).put(bytes);
    }

    /** How a commit is divided: the bytes of a part, and where those already written are. */
    record Parts(int bytesMax, List<Long> addresses) {}
}
