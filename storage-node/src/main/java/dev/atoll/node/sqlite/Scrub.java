package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares the pages of a database with their checksums, some at a time: it sees the bit flipped
 * inside a value that SQLite's integrity check does not. One thread at a time.
 *
 * <p>Only for a database that nobody has open: closing a second descriptor would drop SQLite's
 * locks. And only where nothing is left to redo.
 */
final class Scrub {
    private static final int READ_BYTES = 1 << 18;

    private final Disk disk;
    private final Path database;
    private final PageSums sums;
    private final PageSums.Folded folded;
    private int next = 1;

    /** Throws INSTANCE_QUARANTINED if a sidecar is lost or damaged, or if the length is wrong. */
    Scrub(Disk disk, Path database) throws IOException {
        this(disk, PageSums.open(disk, database));
        // Throws if they are not what was written.
        sums.requests();
        long expected = (long) folded.pageCount() * folded.pageSize();
        try (var file = disk.open(database, OpenMode.READ)) {
            if (file.size() != expected) {
                throw new SqliteErrors(database)
                        .quarantined(file.size() + " bytes (expected: " + expected + ")");
            }
        }
    }

    /**
     * The same with what its sidecar says, for whoever looks at its length and at what is
     * remembered.
     */
    Scrub(Disk disk, PageSums sums) {
        this.disk = disk;
        this.database = sums.database();
        this.sums = sums;
        this.folded =
                sums.folded()
                        .orElseThrow(
                                () ->
                                        new SqliteErrors(database)
                                                .quarantined(
                                                        "its .sums file: "
                                                                + PageSums.whyEmpty(
                                                                        disk, database)));
    }

    /** A page that is not what was written. */
    record DamagedPage(Path file, long offset, int number) {
        @Override
        public String toString() {
            return file + ": offset " + offset + ": page " + number;
        }
    }

    /** Whether the file was written since this began: then what it would find means nothing. */
    boolean isOutdated() throws IOException {
        return !PageSums.open(disk, database).folded().equals(Optional.of(folded));
    }

    /** Whether all pages were compared. */
    boolean isDone() {
        return next > folded.pageCount();
    }

    /** Compares all pages that were not compared yet. */
    List<DamagedPage> all() throws IOException {
        var damaged = new ArrayList<DamagedPage>();
        while (!isDone()) {
            damaged.addAll(step(folded.pageCount()));
        }
        return damaged;
    }

    /** Compares the next pages, about so many at most. */
    List<DamagedPage> step(int pages) throws IOException {
        int size = folded.pageSize();
        int atOnce = Math.max(1, READ_BYTES / size);
        int end = (int) Math.min((long) next + pages, folded.pageCount() + 1L);
        var damaged = new ArrayList<DamagedPage>();
        var buffer = ByteBuffer.allocate(Math.min(atOnce, Math.max(1, end - next)) * size);
        try (var file = disk.open(database, OpenMode.READ)) {
            while (next < end) {
                int count = Math.min(atOnce, end - next);
                file.readFully(buffer.clear().limit(count * size), (next - 1L) * size);
                int whole = buffer.position() / size;
                int[] expected = sums.read(next, count);
                for (int i = 0; i < count; i++, next++) {
                    boolean same =
                            i < whole
                                    && i < expected.length
                                    && PageSums.sum(buffer.slice(i * size, size)) == expected[i];
                    if (!same && PageSums.isSummed(next, size)) {
                        damaged.add(new DamagedPage(database, (next - 1L) * size, next));
                    }
                }
            }
        }
        return damaged;
    }
}
