package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.DiskFile;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The sidecar of a database file: which commit is folded into it, and a checksum of each page,
 * since SQLite's pages carry none and its integrity check does not see a bit flipped inside a
 * value. Open only while it is read or written: there are many. One thread at a time.
 *
 * <pre>
 *    0  88  slot A
 * 2048  88  slot B
 * 4096   4  CRC-32C of page 1, then of each page
 *
 * slot, big-endian
 *  0   8  "ATOLSUM2"
 *  8   8  number of this writing: of two whole slots the higher counts
 * 16   8  incarnation
 * 24   8  commit that is folded
 * 32   8  its time, microseconds since 1970
 * 40   8  next alarm, microseconds since 1970; 0 for none
 * 48   8  version of the declared schema
 * 56   4  checksum of that commit, which the next one's record names
 * 60   4  page size
 * 64   4  pages in the database
 * 68   8  when the database file was last modified, microseconds since 1970
 * 76   4  bytes of remembered requests beside the database: see {@link RequestSidecar}
 * 80   4  CRC-32C of those
 * 84   4  CRC-32C of the 84 bytes before
 * </pre>
 *
 * <p>Checksums are written and synced before the slot that speaks of them, and a slot never over
 * the one that counts. A crash in between leaves checksums of pages that the journal still holds:
 * redoing them writes both anew.
 *
 * <p>A slot that is read need not be safe: the process may have ended before its sync, or the sync
 * failed, and the system took the page for clean all the same. All that it speaks of is safe, for
 * it was written after that. So before anybody forgets anything because of it, the same bytes are
 * written once more and synced ({@link #openUnsure}).
 */
final class PageSums {
    private static final long MAGIC = 0x41544f4c53554d32L;
    private static final int SLOT_BYTES = 88;

    /** In another sector: one that is torn takes no slot with it but its own. */
    private static final int SLOT_STRIDE = 2048;

    private static final int SUMS_AT = 4096;
    private static final int SUMS_AT_ONCE = 4096;

    /** As many checksums as a database has pages that is compared at each opening. */
    private static final int SUMS_AHEAD = 256;

    /** SQLite never uses the page that the byte at 1 GiB is in: what it holds means nothing. */
    private static final long LOCK_BYTE = 1L << 30;

    private final Disk disk;
    private final Path database;
    private @Nullable Folded folded;
    private RequestSidecar.Half requests = new RequestSidecar.Half(0, 0, 0);
    private long modifiedMicros;
    private long written;

    /** Whether the slot that counts may be in memory only. */
    private boolean unsure;

    /** How the sidecar begins, until the database is open. */
    private @Nullable ByteBuffer ahead;

    private PageSums(Disk disk, Path database) {
        this.disk = disk;
        this.database = database;
    }

    /**
     * What is in the database file. Immutable.
     *
     * @param commit the newest
     * @param checksum of that commit
     */
    record Folded(
            long incarnation,
            long commit,
            long timeMicros,
            long nextAlarmMicros,
            long schemaVersion,
            int checksum,
            int pageSize,
            int pageCount) {}

    /** The sidecar's name. */
    static Path file(Path database) {
        return database.resolveSibling(database.getFileName() + ".sums");
    }

    /** Why a sidecar says nothing of what is folded, where it has to. */
    static String whyEmpty(Disk disk, Path database) {
        try {
            if (!disk.exists(file(database))) {
                return "missing";
            }
            try (var opened = disk.open(file(database), OpenMode.READ)) {
                return opened.size() == 0
                        ? "empty"
                        : "offsets 0 and " + SLOT_STRIDE + ": checksum, of both slots";
            }
        } catch (IOException e) {
            return "cannot be read: " + e.getMessage();
        }
    }

    /** Reads what the sidecar says, if there is one. */
    static PageSums open(Disk disk, Path database) throws IOException {
        var sums = new PageSums(disk, database);
        var _ = sums.readStart(SLOT_STRIDE + SLOT_BYTES);
        return sums;
    }

    /** The same, with the checksums of the first pages, for whoever compares them next. */
    static PageSums openAhead(Disk disk, Path database) throws IOException {
        var sums = new PageSums(disk, database);
        sums.ahead = sums.readStart(SUMS_AT + SUMS_AHEAD * Integer.BYTES);
        return sums;
    }

    private ByteBuffer readStart(int bytes) throws IOException {
        var start = ByteBuffer.allocate(bytes);
        try (var opened = disk.open(file(database), OpenMode.READ)) {
            opened.readFully(start, 0);
            readSlots(start.flip());
        } catch (NoSuchFileException e) {
            // Nothing is folded yet.
            start.limit(0);
        }
        return start;
    }

    /** Forgets what was read ahead: the database is open, and its pages change. */
    void opened() {
        ahead = null;
    }

    /**
     * The same after a crash or a failure: what it says may be in memory only, and is safe after
     * {@link #confirm} or the next {@link #fold}.
     */
    static PageSums openUnsure(Disk disk, Path database) throws IOException {
        var sums = open(disk, database);
        sums.unsure = sums.folded != null;
        return sums;
    }

    /** Makes what it says safe. */
    void confirm() throws IOException {
        if (!unsure) {
            return;
        }
        try (var open = disk.open(file(database), OpenMode.WRITE)) {
            writeAgain(open);
            open.sync();
        }
        if (written == 1) {
            // The name is made safe after the first slot, which may not have come to pass.
            disk.syncDirectory(RequestSidecar.folder(database));
        }
        unsure = false;
    }

    /**
     * Written, not only synced: after a sync that failed the page counts as clean. The bytes are
     * the same, so a torn write of a slot that is safe already takes nothing away.
     */
    private void writeAgain(DiskFile open) throws IOException {
        if (unsure && folded != null) {
            open.write(slot(written, folded, modifiedMicros, requests), slotAt(written));
        }
    }

    /** Whose sidecar it is. */
    Path database() {
        return database;
    }

    /** What is folded; empty before the first time. */
    Optional<Folded> folded() {
        return Optional.ofNullable(folded);
    }

    /** When the database file was last written, by whomever. */
    long lastWritten() throws IOException {
        return disk.modifiedMicros(database);
    }

    /**
     * Whether nobody wrote the database file since it was folded, redone, {@link #seen} or {@link
     * #compared}.
     */
    boolean isUntouched() throws IOException {
        return isUntouched(lastWritten());
    }

    /** The same of a file that was last written then. */
    boolean isUntouched(long lastWritten) {
        return lastWritten == modifiedMicros;
    }

    /**
     * Notes that all pages were compared, and are what was written, though the file has another
     * time than it had.
     *
     * @param lastWritten its time before they were: what is written after that was not compared
     */
    void compared(long lastWritten) {
        modifiedMicros = lastWritten;
    }

    /** Notes that SQLite has just written the database file, which is not folded by that. */
    void seen() throws IOException {
        modifiedMicros = disk.modifiedMicros(database);
    }

    /**
     * Says durably that the file holds this now.
     *
     * @param changed the checksums of the pages that were written since the last time
     * @param remembered requests that its commits remember and the database does not
     */
    void fold(SortedMap<Integer, Integer> changed, Folded now, ByteBuffer remembered)
            throws IOException {
        long modified = disk.modifiedMicros(database);
        long number = written + 1;
        RequestSidecar.Half half;
        try (var open = disk.open(file(database), OpenMode.CREATE_OR_OPEN)) {
            write(open, changed);
            // Before anything of the slot before it is written over, requests included.
            writeAgain(open);
            // The slot speaks of them: not before they are safe.
            open.sync();
            half = RequestSidecar.write(disk, database, (int) (number % 2), remembered);
            open.write(slot(number, now, modified, half), slotAt(number));
            open.sync();
        }
        written = number;
        unsure = false;
        folded = now;
        requests = half;
        modifiedMicros = modified;
    }

    /** Consecutive ones in one write. */
    private static void write(DiskFile open, SortedMap<Integer, Integer> changed)
            throws IOException {
        var run = ByteBuffer.allocate(SUMS_AT_ONCE * Integer.BYTES);
        int next = 0;
        for (var page : changed.entrySet()) {
            if (page.getKey() != next || !run.hasRemaining()) {
                writeRun(open, run, next);
            }
            run.putInt(page.getValue());
            next = page.getKey() + 1;
        }
        writeRun(open, run, next);
    }

    private static void writeRun(DiskFile open, ByteBuffer run, int next) throws IOException {
        run.flip();
        if (run.hasRemaining()) {
            open.write(run, sumAt(next) - run.limit());
        }
        run.clear();
    }

    /** Throws INSTANCE_QUARANTINED if they are not what was written. */
    RequestMemory requests() throws IOException {
        try {
            return RequestMemory.of(RequestSidecar.read(disk, database, requests));
        } catch (IllegalArgumentException e) {
            throw new SqliteErrors(database)
                    .quarantined("its .requests file: " + e.getMessage(), e);
        }
    }

    private static ByteBuffer slot(
            long number, Folded now, long modified, RequestSidecar.Half half) {
        var slot = ByteBuffer.allocate(SLOT_BYTES);
        slot.putLong(MAGIC)
                .putLong(number)
                .putLong(now.incarnation())
                .putLong(now.commit())
                .putLong(now.timeMicros())
                .putLong(now.nextAlarmMicros())
                .putLong(now.schemaVersion())
                .putInt(now.checksum())
                .putInt(now.pageSize())
                .putInt(now.pageCount())
                .putLong(modified)
                .putInt(half.bytes())
                .putInt(half.checksum());
        return slot.putInt(crc(slot, SLOT_BYTES - Integer.BYTES)).flip();
    }

    /** The checksums of {@code count} pages from that one on; fewer where the sidecar ends. */
    int[] read(int from, int count) throws IOException {
        var start = ahead;
        var sums =
                start != null && sumAt(from + count) <= start.limit()
                        ? start.slice((int) sumAt(from), count * Integer.BYTES)
                        : readSums(from, count);
        var found = new int[sums.remaining() / Integer.BYTES];
        sums.asIntBuffer().get(found);
        return found;
    }

    private ByteBuffer readSums(int from, int count) throws IOException {
        var sums = ByteBuffer.allocate(count * Integer.BYTES);
        try (var open = disk.open(file(database), OpenMode.READ)) {
            open.readFully(sums, sumAt(from));
        }
        return sums.flip();
    }

    /** Whether pages of that number have a checksum: all but one. */
    static boolean isSummed(int number, int pageSize) {
        return number != LOCK_BYTE / pageSize + 1;
    }

    static int sum(ByteBuffer image) {
        var crc = new CRC32C();
        crc.update(image.duplicate());
        return (int) crc.getValue();
    }

    private void readSlots(ByteBuffer slots) {
        for (int i = 0; i < 2; i++) {
            int at = i * SLOT_STRIDE;
            if (at + SLOT_BYTES > slots.limit()) {
                return;
            }
            var slot = slots.slice(at, SLOT_BYTES);
            if (isIntact(slot) && slot.getLong(8) > written) {
                written = slot.getLong(8);
                requests = new RequestSidecar.Half(i, slot.getInt(76), slot.getInt(80));
                modifiedMicros = slot.getLong(68);
                folded =
                        new Folded(
                                slot.getLong(16),
                                slot.getLong(24),
                                slot.getLong(32),
                                slot.getLong(40),
                                slot.getLong(48),
                                slot.getInt(56),
                                slot.getInt(60),
                                slot.getInt(64));
            }
        }
    }

    private static boolean isIntact(ByteBuffer slot) {
        int end = SLOT_BYTES - Integer.BYTES;
        return slot.getLong(0) == MAGIC && crc(slot, end) == slot.getInt(end);
    }

    private static long slotAt(long number) {
        return number % 2 * SLOT_STRIDE;
    }

    private static long sumAt(int number) {
        return SUMS_AT + (number - 1L) * Integer.BYTES;
    }

    private static int crc(ByteBuffer slot, int length) {
        var crc = new CRC32C();
        crc.update(slot.slice(0, length));
        return (int) crc.getValue();
    }
}
