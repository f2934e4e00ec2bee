package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.OpenMode;
import dev.atoll.node.journal.PageImages;
import dev.atoll.wire.Failure;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Takes commits from the WAL of the one connection that writes it (SQLite's file format, section
 * 4). One thread at a time: the lane.
 *
 * <p>Read only after COMMIT has returned: before that, frames are rewritten in place, and after a
 * rollback stale frames with the right salts stay behind. A frame counts only if its salts
 * <em>and</em> the running checksum up to it are right, and a commit only with its last frame.
 *
 * <pre>
 * header, 32 bytes, big-endian
 *  0  4  0x377f0682, or 0x377f0683 where checksums are over big-endian words
 *  4  4  3007000
 *  8  4  page size
 * 12  4  number of the checkpoint
 * 16  8  salts 1 and 2
 * 24  8  checksum of the 24 bytes before
 * then frames, each a header of 24 bytes and a page
 *  0  4  page number
 *  4  4  length of the database in pages if this frame ends a commit, else 0
 *  8  8  salts 1 and 2, as in the header
 * 16  8  checksum of everything before, of the first 8 bytes here, and of the page
 * </pre>
 *
 * <p>Anything that SQLite would not have done under our eyes is a surprise, and quarantines the
 * instance: somebody else wrote the file, or the disk has changed it.
 */
final class WalFile implements AutoCloseable {
    static final int HEADER_BYTES = 32;
    static final int FRAME_HEADER_BYTES = 24;

    private static final VarHandle BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int MAGIC = 0x377f0682;
    private static final int VERSION = 3_007_000;

    /** Of a page 1: the page size and the format versions. */
    private static final int FORMAT_AT = 16;

    /** SQLite locks the byte at 1 GiB, and never uses the page that it is in. */
    private static final long LOCK_BYTE = 1L << 30;

    /** A small commit is read at once. */
    private static final int FRAMES_FIRST = 3;

    private static final int FRAMES_MORE = 16;

    /** One for each thread, not for each of thousands of open instances. */
    private static final ThreadLocal<byte[]> BUFFER = ThreadLocal.withInitial(() -> new byte[0]);

    private final Disk disk;
    private final Path file;
    private final int pageSize;
    private final SqliteErrors errors;
    private final WalChecksum checksum = new WalChecksum();

    private final SharedFile reader;

    /** Where the next commit begins; 0 before there is a header. */
    private long end;

    private int salt1;
    private int salt2;
    private int sum1;
    private int sum2;

    /** Of the newest small commit: the next one is mostly as long. */
    private int framesExpected = FRAMES_FIRST;

    /** Whether the next write may begin the file anew: all of it is in the database. */
    private boolean restartAllowed = true;

    /** Nothing is read before the first commit. */
    WalFile(Disk disk, Path database, int pageSize, SqliteErrors errors) {
        this.disk = disk;
        this.file = database.resolveSibling(database.getFileName() + "-wal");
        this.reader = new SharedFile(disk, file);
        this.pageSize = pageSize;
        this.errors = errors;
    }

    /** What may be gone back to: where a commit ended, and the state there. */
    record Mark(long end, int salt1, int salt2, int sum1, int sum2, boolean copied) {}

    /** The end of the newest commit that was taken. */
    Mark mark() {
        return new Mark(end, salt1, salt2, sum1, sum2, restartAllowed);
    }

    /** Whether no commit was taken that is not in the database file. */
    boolean isCopied() {
        return restartAllowed || end <= HEADER_BYTES;
    }

    /** Bytes up to the end of the newest commit. */
    long end() {
        return end;
    }

    /** What SQLite itself says of the WAL. */
    interface Witness {
        /** How many frames of committed transactions there are. */
        long frames();
    }

    /**
     * Takes the commit that was just made; empty if the transaction changed nothing. Throws
     * INSTANCE_QUARANTINED, naming file and offset, for a surprise, and LIMIT_EXCEEDED for a commit
     * of more than {@code bytesMax} of pages, which is as if it had not been looked at. Throws
     * IOException where it cannot be read, and then nobody knows what there is.
     */
    Optional<CapturedCommit> take(long bytesMax, Witness witness) throws IOException {
        boolean there = (!holdsNothing() && !restartAllowed) || readHeader();
        if (there) {
            var small = readSmall(framesExpected);
            if (small.isEmpty() && framesExpected < FRAMES_FIRST) {
                small = readSmall(FRAMES_FIRST);
            }
            if (small.isPresent()) {
                return small;
            }
        }
        // Nothing to be seen, or a large commit. Frames that do not follow cannot tell a
        // transaction that came to nothing from a commit that was overwritten: SQLite can.
        long committed = HEADER_BYTES + Math.max(0, witness.frames()) * frameBytes();
        if (committed == Math.max(end, HEADER_BYTES)) {
            return Optional.empty();
        }
        if (!there || committed < end) {
            throw surprise(end, "SQLite has commits up to " + committed);
        }
        return Optional.of(readLarge(committed, bytesMax));
    }

    /** The next write may begin the file anew: the checkpoint was ours, and complete. */
    void copied() {
        restartAllowed = true;
    }

    /**
     * Cuts the file, which nobody has open, at a mark; the connection that is opened next goes on
     * from there.
     */
    void cut(Mark mark) throws IOException {
        reader.close();
        // What was copied is in the database, and the file may have begun anew since.
        boolean empty = mark.copied() || mark.end() <= HEADER_BYTES;
        try (var wal = disk.open(file, OpenMode.CREATE_OR_OPEN)) {
            wal.truncate(empty ? 0 : mark.end());
        }
        end = mark.end();
        salt1 = mark.salt1();
        salt2 = mark.salt2();
        sum1 = mark.sum1();
        sum2 = mark.sum2();
        restartAllowed = mark.copied();
        if (empty) {
            // Without frames SQLite draws new salts when it writes.
            end = 0;
            restartAllowed = true;
        }
    }

    /** Empties the file, which nobody has open, and all of which is in the database. */
    void empty() throws IOException {
        // What was rolled back may be in it, too.
        if (disk.size(file) > 0) {
            try (var wal = disk.open(file, OpenMode.WRITE)) {
                wal.truncate(0);
            }
        }
    }

    /**
     * Verifies every frame from the header to the end; the CRC-32C of the last image of each page.
     */
    SortedMap<Integer, Integer> verify() throws IOException {
        var sums = new TreeMap<Integer, Integer>();
        if (end <= HEADER_BYTES) {
            return sums;
        }
        var header = new byte[HEADER_BYTES];
        read(header, HEADER_BYTES, 0);
        checkHeader(header);
        var crc = new CRC32C();
        var frames = buffer(FRAMES_MORE);
        long at = HEADER_BYTES;
        while (at < end) {
            int count = (int) Math.min(FRAMES_MORE, (end - at) / frameBytes());
            int bytes = read(frames, count * frameBytes(), at);
            for (int i = 0; i < count; i++, at += frameBytes()) {
                int frame = i * frameBytes();
                if (bytes < frame + frameBytes() || !follows(frames, frame)) {
                    throw surprise(at, "frame damaged");
                }
                crc.reset();
                crc.update(frames, frame + FRAME_HEADER_BYTES, pageSize);
                sums.put(number(frames, frame), (int) crc.getValue());
            }
        }
        if (checksum.first() != sum1 || checksum.second() != sum2) {
            throw surprise(end, "not the commit that was taken");
        }
        return sums;
    }

    /** How many frames the commits that were taken have. */
    long frames() {
        return holdsNothing() ? 0 : (end - HEADER_BYTES) / frameBytes();
    }

    /** Whether there is a header to go on from; notes a restart. */
    private boolean readHeader() throws IOException {
        var bytes = new byte[HEADER_BYTES];
        if (!reader.isThere() || read(bytes, HEADER_BYTES, 0) < HEADER_BYTES) {
            if (holdsNothing()) {
                return false;
            }
            throw surprise(0, "header missing");
        }
        var header = ByteBuffer.wrap(bytes);
        int found1 = header.getInt(16);
        int found2 = header.getInt(20);
        if (end > HEADER_BYTES && found1 == salt1 && found2 == salt2) {
            return true; // Not restarted (yet).
        }
        if (!holdsNothing() && found1 != salt1 + 1) {
            throw surprise(
                    16,
                    "salt "
                            + found1
                            + " (expected: "
                            + (salt1 + 1)
                            + "): begun anew by somebody else");
        }
        checkHeader(bytes);
        salt1 = found1;
        salt2 = found2;
        sum1 = checksum.first();
        sum2 = checksum.second();
        end = HEADER_BYTES;
        restartAllowed = false;
        return true;
    }

    /** Before its first commit a WAL may get other salts: SQLite writes the header once more. */
    private boolean holdsNothing() {
        return end <= HEADER_BYTES;
    }

    /** Leaves the running checksum behind the header. */
    private void checkHeader(byte[] bytes) {
        var header = ByteBuffer.wrap(bytes);
        int magic = header.getInt(0);
        if ((magic & ~1) != MAGIC || header.getInt(4) != VERSION || header.getInt(8) != pageSize) {
            throw surprise(0, "not the header of our WAL");
        }
        checksum.reset((magic & 1) == 1);
        checksum.add(bytes, 0, 24);
        if (checksum.first() != header.getInt(24) || checksum.second() != header.getInt(28)) {
            throw surprise(24, "checksum of the header");
        }
    }

    /** One read, which is enough for almost all commits; empty if it shows no whole commit. */
    private Optional<CapturedCommit> readSmall(int most) throws IOException {
        var frames = buffer(FRAMES_FIRST);
        int whole = read(frames, most * frameBytes(), end) / frameBytes();
        checksum.set(sum1, sum2);
        for (int i = 0; i < whole && follows(frames, i * frameBytes()); i++) {
            int pageCount = pageCount(frames, i * frameBytes());
            if (pageCount != 0) {
                // One COMMIT makes one commit; what is behind it is stale.
                framesExpected = i + 1;
                var images = PageImages.builder(pageSize, i + 1);
                for (int j = 0; j <= i; j++) {
                    put(frames, j * frameBytes(), end + (long) j * frameBytes(), images);
                }
                return Optional.of(taken(images, pageCount, end + (i + 1L) * frameBytes()));
            }
        }
        return Optional.empty();
    }

    /** A commit that ends there, for sure. */
    private CapturedCommit readLarge(long until, long bytesMax) throws IOException {
        long most = bytesMax / pageSize;
        var images = PageImages.builder(pageSize, (int) Math.min(most, framesFrom(end, until)));
        var frames = buffer(FRAMES_MORE);
        checksum.set(sum1, sum2);
        int pageCount = 0;
        long at = end;
        while (at < until) {
            int count = (int) Math.min(FRAMES_MORE, framesFrom(at, until));
            int bytes = read(frames, count * frameBytes(), at);
            for (int i = 0; i < count; i++, at += frameBytes()) {
                int frame = i * frameBytes();
                if (pageCount != 0) {
                    throw surprise(at, "a second commit (expected: one)");
                }
                if (bytes < frame + frameBytes() || !follows(frames, frame)) {
                    throw surprise(at, "frame damaged, of a commit that ends at " + until);
                }
                put(frames, frame, at, images);
                if (images.count() > most) {
                    throw Failure.limitExceeded(
                            "pages of a commit, in bytes",
                            bytesMax,
                            framesFrom(end, until) * pageSize);
                }
                pageCount = pageCount(frames, frame);
            }
        }
        if (pageCount == 0) {
            throw surprise(until, "not the end of a commit");
        }
        return taken(images, pageCount, until);
    }

    private long framesFrom(long from, long until) {
        return (until - from) / frameBytes();
    }

    private CapturedCommit taken(PageImages.Builder images, int pageCount, long until) {
        end = until;
        sum1 = checksum.first();
        sum2 = checksum.second();
        restartAllowed = false;
        return new CapturedCommit(images.build(pageCount), pageCount, end);
    }

    private void put(byte[] frames, int at, long offset, PageImages.Builder images) {
        int number = number(frames, at);
        checkPage(number, frames, at + FRAME_HEADER_BYTES, offset);
        images.put(number, frames, at + FRAME_HEADER_BYTES);
    }

    private static int number(byte[] frames, int at) {
        return (int) BIG_ENDIAN.get(frames, at);
    }

    /** Of the database, where the frame ends a commit; else 0. */
    private static int pageCount(byte[] frames, int at) {
        return (int) BIG_ENDIAN.get(frames, at + 4);
    }

    private int frameBytes() {
        return FRAME_HEADER_BYTES + pageSize;
    }

    private byte[] buffer(int frames) {
        var buffer = BUFFER.get();
        if (buffer.length < frames * frameBytes()) {
            buffer = new byte[frames * frameBytes()];
            BUFFER.set(buffer);
        }
        return buffer;
    }

    /** Whether the frame comes next; if so, the running checksum goes on. */
    private boolean follows(byte[] frames, int at) {
        if ((int) BIG_ENDIAN.get(frames, at + 8) != salt1
                || (int) BIG_ENDIAN.get(frames, at + 12) != salt2) {
            return false;
        }
        checksum.add(frames, at, 8);
        checksum.add(frames, at + FRAME_HEADER_BYTES, pageSize);
        return checksum.first() == (int) BIG_ENDIAN.get(frames, at + 16)
                && checksum.second() == (int) BIG_ENDIAN.get(frames, at + 20);
    }

    private void checkPage(int number, byte[] bytes, int at, long offset) {
        if (number < 1 || number == LOCK_BYTE / pageSize + 1) {
            throw surprise(offset, "page " + number);
        }
        if (number == 1) {
            var format = ByteBuffer.wrap(bytes, at + FORMAT_AT, 4).slice();
            int size = Short.toUnsignedInt(format.getShort(0));
            if ((size == 1 ? 65_536 : size) != pageSize
                    || format.get(2) != 2
                    || format.get(3) != 2) {
                throw surprise(offset, "page 1: another format");
            }
        }
    }

    private Failure surprise(long offset, String what) {
        return errors.quarantined(file.getFileName() + ": offset " + offset + ": " + what);
    }

    private int read(byte[] into, int length, long at) throws IOException {
        return reader.readFully(ByteBuffer.wrap(into, 0, length), at);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
