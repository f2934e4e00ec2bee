package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.DiskFile;
import dev.atoll.node.disk.OpenMode;
import dev.atoll.node.journal.PageImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    private static final int MAGIC = 0x377f0682;
    private static final int VERSION = 3_007_000;

    /** Of a page 1: the page size and the format versions. */
    private static final int FORMAT_AT = 16;

    /** SQLite locks the byte at 1 GiB, and never uses the page that it is in. */
    private static final long LOCK_BYTE = 1L << 30;

    /** A small commit and the header behind it are read at once. */
    private static final int FRAMES_FIRST = 3;

    private static final int FRAMES_MORE = 64;

    private final Disk disk;
    private final Path file;
    private final int pageSize;
    private final SqliteErrors errors;
    private final WalChecksum checksum = new WalChecksum();

    private @Nullable DiskFile open;
    private byte[] buffer;

    /** Where the next commit begins; 0 before there is a header. */
    private long end;

    private int salt1;
    private int salt2;
    private int sum1;
    private int sum2;

    /** Whether the next write may begin the file anew: all of it is in the database. */
    private boolean restartAllowed = true;

    /** Nothing is read before the first commit. */
    WalFile(Disk disk, Path database, int pageSize, SqliteErrors errors) {
        this.disk = disk;
        this.file = database.resolveSibling(database.getFileName() + "-wal");
        this.pageSize = pageSize;
        this.errors = errors;
        this.buffer = new byte[FRAMES_FIRST * (FRAME_HEADER_BYTES + pageSize)];
    }

    /** What may be gone back to: where a commit ended, and the state there. */
    record Mark(long end, int salt1, int salt2, int sum1, int sum2, boolean folded) {}

    /** The end of the newest commit that was taken. */
    Mark mark() {
        return new Mark(end, salt1, salt2, sum1, sum2, restartAllowed);
    }

    /** Whether no commit was taken since the last fold. */
    boolean isFolded() {
        return restartAllowed || end <= HEADER_BYTES;
    }

    /** Bytes up to the end of the newest commit. */
    long end() {
        return end;
    }

    /**
     * Takes the commit that was just made; empty if the transaction changed nothing. Throws
     * INSTANCE_QUARANTINED, naming file and offset, for a surprise.
     */
    Optional<CapturedCommit> take() {
        try {
            if (end <= HEADER_BYTES || restartAllowed) {
                if (!readHeader()) {
                    return Optional.empty();
                }
            }
            return readCommit();
        } catch (IOException e) {
            throw errors.quarantined(file.getFileName() + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The next write may begin the file anew: the fold was ours, and complete. */
    void folded() {
        restartAllowed = true;
    }

    /**
     * Cuts the file, which nobody has open, at a mark; the connection that is opened next goes on
     * from there.
     */
    void cut(Mark mark) throws IOException {
        closeFile();
        // What was folded is in the database, and the file may have begun anew since.
        boolean empty = mark.folded() || mark.end() <= HEADER_BYTES;
        try (var wal = disk.open(file, OpenMode.CREATE_OR_OPEN)) {
            wal.truncate(empty ? 0 : mark.end());
        }
        end = mark.end();
        salt1 = mark.salt1();
        salt2 = mark.salt2();
        sum1 = mark.sum1();
        sum2 = mark.sum2();
        restartAllowed = mark.folded();
        if (empty) {
            // Without frames SQLite draws new salts when it writes.
            end = 0;
            restartAllowed = true;
        }
    }

    /** Verifies every frame from the header to the end, and shows the last image of each page. */
    void verify(PageVisitor visitor) {
        if (end <= HEADER_BYTES) {
            return;
        }
        try {
            var images = PageImages.builder(pageSize, FRAMES_MORE);
            var header = new byte[HEADER_BYTES];
            read(header, HEADER_BYTES, 0);
            checkHeader(header);
            int frame = FRAME_HEADER_BYTES + pageSize;
            var frames = new byte[FRAMES_MORE * frame];
            long at = HEADER_BYTES;
            while (at < end) {
                int count = (int) Math.min(FRAMES_MORE, (end - at) / frame);
                int bytes = read(frames, count * frame, at);
                for (int i = 0; i < count; i++, at += frame) {
                    if (bytes < (i + 1) * frame || !follows(frames, i * frame)) {
                        throw errors.quarantined(
                                file.getFileName() + ": offset " + at + ": frame damaged");
                    }
                    images.put(
                            ByteBuffer.wrap(frames).getInt(i * frame),
                            frames,
                            i * frame + FRAME_HEADER_BYTES);
                }
            }
            if (checksum.first() != sum1 || checksum.second() != sum2) {
                throw errors.quarantined(
                        file.getFileName() + ": offset " + end + ": not the commit that was taken");
            }
            var pages = images.build();
            for (int i = 0; i < pages.count(); i++) {
                visitor.page(pages.number(i), pages.image(i));
            }
        } catch (IOException e) {
            throw errors.quarantined(file.getFileName() + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Is shown a page. */
    interface PageVisitor {
        void page(int number, ByteBuffer image) throws IOException;
    }

    /** Whether there is a header to go on from; notes a restart. */
    private boolean readHeader() throws IOException {
        var bytes = new byte[HEADER_BYTES];
        if (!isThere() || read(bytes, HEADER_BYTES, 0) < HEADER_BYTES) {
            if (holdsNothing()) {
                return false;
            }
            throw errors.quarantined(file.getFileName() + ": offset 0: header missing");
        }
        var header = ByteBuffer.wrap(bytes);
        int found1 = header.getInt(16);
        int found2 = header.getInt(20);
        if (end > HEADER_BYTES && found1 == salt1 && found2 == salt2) {
            return true; // Not restarted (yet).
        }
        if (!holdsNothing() && found1 != salt1 + 1) {
            throw errors.quarantined(
                    file.getFileName()
                            + ": offset 16: salt "
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
            throw errors.quarantined(file.getFileName() + ": offset 0: not the header of our WAL");
        }
        checksum.reset((magic & 1) == 1);
        checksum.add(bytes, 0, 24);
        if (checksum.first() != header.getInt(24) || checksum.second() != header.getInt(28)) {
            throw errors.quarantined(file.getFileName() + ": offset 24: checksum of the header");
        }
    }

    private Optional<CapturedCommit> readCommit() throws IOException {
        int frame = FRAME_HEADER_BYTES + pageSize;
        checksum.set(sum1, sum2);
        var images = PageImages.builder(pageSize, 2);
        long at = end;
        int chunk = FRAMES_FIRST;
        while (true) {
            if (buffer.length < chunk * frame) {
                buffer = new byte[chunk * frame];
            }
            int whole = read(buffer, chunk * frame, at) / frame;
            for (int i = 0; i < whole; i++, at += frame) {
                if (!follows(buffer, i * frame)) {
                    // Left by a transaction that came to nothing: nothing was committed.
                    return Optional.empty();
                }
                var header = ByteBuffer.wrap(buffer, i * frame, FRAME_HEADER_BYTES);
                int number = header.getInt();
                int pageCount = header.getInt();
                checkPage(number, buffer, i * frame + FRAME_HEADER_BYTES, at);
                images.put(number, buffer, i * frame + FRAME_HEADER_BYTES);
                if (pageCount != 0) {
                    // One COMMIT makes one commit; what is behind it is stale.
                    end = at + frame;
                    sum1 = checksum.first();
                    sum2 = checksum.second();
                    restartAllowed = false;
                    return Optional.of(new CapturedCommit(images.build(pageCount), pageCount, end));
                }
            }
            if (whole < chunk) {
                return Optional.empty();
            }
            chunk = FRAMES_MORE;
        }
    }

    /** Whether the frame comes next; if so, the running checksum goes on. */
    private boolean follows(byte[] frames, int at) {
        var header = ByteBuffer.wrap(frames, at, FRAME_HEADER_BYTES).slice();
        if (header.getInt(8) != salt1 || header.getInt(12) != salt2) {
            return false;
        }
        checksum.add(frames, at, 8);
        checksum.add(frames, at + FRAME_HEADER_BYTES, pageSize);
        return checksum.first() == header.getInt(16) && checksum.second() == header.getInt(20);
    }

    private void checkPage(int number, byte[] bytes, int at, long offset) {
        if (number < 1 || number == LOCK_BYTE / pageSize + 1) {
            throw errors.quarantined(
                    file.getFileName() + ": offset " + offset + ": page " + number);
        }
        if (number == 1) {
            var format = ByteBuffer.wrap(bytes, at + FORMAT_AT, 4).slice();
            int size = Short.toUnsignedInt(format.getShort(0));
            if ((size == 1 ? 65_536 : size) != pageSize
                    || format.get(2) != 2
                    || format.get(3) != 2) {
                throw errors.quarantined(
                        file.getFileName() + ": offset " + offset + ": page 1: another format");
            }
        }
    }

    private boolean isThere() throws IOException {
        return open != null || disk.exists(file);
    }

    private int read(byte[] into, int length, long at) throws IOException {
        var opened = open;
        if (opened == null) {
            opened = disk.open(file, OpenMode.READ);
            open = opened;
        }
        return opened.readFully(ByteBuffer.wrap(into, 0, length), at);
    }

    private void closeFile() throws IOException {
        var opened = open;
        open = null;
        if (opened != null) {
            opened.close();
        }
    }

    @Override
    public void close() {
        try {
            closeFile();
        } catch (IOException e) {
            throw errors.quarantined(file.getFileName() + ": cannot be closed", e);
        }
    }
}
