package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.DiskFile;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The sidecar of a database file: which commit is folded into it, and a checksum of each page,
 * since SQLite's pages carry none and its integrity check does not see a bit flipped inside a
 * value. One thread at a time.
 *
 * <pre>
 *    0  72  slot A
 *  128  72  slot B
 * 4096   4  CRC-32C of page 1, then of each page
 *
 * slot, big-endian
 *  0   8  "ATOLSUM1"
 *  8   8  number of this writing: of two whole slots the higher counts
 * 16   8  incarnation
 * 24   8  commit that is folded
 * 32   8  its time, microseconds since 1970
 * 40   8  next alarm, microseconds since 1970; 0 for none
 * 48   8  version of the declared schema
 * 56   4  checksum of that commit, which the next one's record names
 * 60   4  page size
 * 64   4  pages in the database
 * 68   4  CRC-32C of the 68 bytes before
 * </pre>
 *
 * <p>Checksums are written and synced before the slot that speaks of them, and a slot never over
 * the one that counts. A crash in between leaves checksums of pages that the journal still holds:
 * redoing them writes both anew.
 */
final class PageSums implements AutoCloseable {
    private static final long MAGIC = 0x41544f4c53554d31L;
    private static final int SLOT_BYTES = 72;
    private static final int SLOT_STRIDE = 128;
    private static final int SUMS_AT = 4096;
    private static final int SUMS_READ = 16_384;

    private final Path file;
    private final DiskFile open;
    private @Nullable Folded folded;
    private long written;

    private PageSums(Path file, DiskFile open) {
        this.file = file;
        this.open = open;
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

    /** Opens the sidecar, or makes it. */
    static PageSums open(Disk disk, Path database) throws IOException {
        var file = file(database);
        var opened = disk.open(file, OpenMode.CREATE_OR_OPEN);
        try {
            var sums = new PageSums(file, opened);
            sums.readSlots();
            return sums;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** What is folded; empty before the first time. */
    Optional<Folded> folded() {
        return Optional.ofNullable(folded);
    }

    /** Notes the checksum of a page; it counts once {@link #fold} returns. */
    void put(int number, ByteBuffer image) throws IOException {
        var sum = ByteBuffer.allocate(Integer.BYTES).putInt(sum(image)).flip();
        open.write(sum, sumAt(number));
    }

    /** Says durably that the file holds this now. */
    void fold(Folded now) throws IOException {
        open.sync();
        var slot = ByteBuffer.allocate(SLOT_BYTES);
        slot.putLong(MAGIC)
                .putLong(written + 1)
                .putLong(now.incarnation())
                .putLong(now.commit())
                .putLong(now.timeMicros())
                .putLong(now.nextAlarmMicros())
                .putLong(now.schemaVersion())
                .putInt(now.checksum())
                .putInt(now.pageSize())
                .putInt(now.pageCount());
        slot.putInt(crc(slot.array(), SLOT_BYTES - Integer.BYTES)).flip();
        open.write(slot, (written + 1) % 2 * SLOT_STRIDE);
        open.sync();
        written++;
        folded = now;
    }

    /**
     * Compares every page of a database that nobody has open; the first page that differs, if any.
     */
    Optional<Integer> findDamage(DiskFile database) throws IOException {
        var now = folded;
        if (now == null) {
            return Optional.empty();
        }
        var page = ByteBuffer.allocate(now.pageSize());
        var sums = ByteBuffer.allocate(SUMS_READ);
        for (int number = 1; number <= now.pageCount(); number++) {
            if (!sums.hasRemaining() || number == 1) {
                open.readFully(sums.clear(), sumAt(number));
                sums.flip();
            }
            page.clear();
            boolean whole =
                    database.readFully(page, (long) (number - 1) * now.pageSize())
                            == now.pageSize();
            if (!whole || sums.remaining() < Integer.BYTES || sum(page.flip()) != sums.getInt()) {
                return Optional.of(number);
            }
        }
        return Optional.empty();
    }

    private void readSlots() throws IOException {
        for (int i = 0; i < 2; i++) {
            var slot = ByteBuffer.allocate(SLOT_BYTES);
            boolean whole = open.readFully(slot, (long) i * SLOT_STRIDE) == SLOT_BYTES;
            if (whole
                    && slot.getLong(0) == MAGIC
                    && crc(slot.array(), SLOT_BYTES - Integer.BYTES) == slot.getInt(68)
                    && slot.getLong(8) > written) {
                written = slot.getLong(8);
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

    private static long sumAt(int number) {
        return SUMS_AT + (number - 1L) * Integer.BYTES;
    }

    private static int sum(ByteBuffer image) {
        var crc = new CRC32C();
        crc.update(image.duplicate());
        return (int) crc.getValue();
    }

    private static int crc(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        open.close();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
