package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.DiskFile;
import dev.atoll.node.disk.OpenMode;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings commits from the journal into the file of a database that nobody has open. One thread at a
 * time for each database.
 *
 * <p>The invariant it relies on: between folds SQLite does not write the database file, and the
 * journal holds every commit since the last one. A commit's record holds whole pages, so it does
 * not matter what a crash left of a fold, an undo or an earlier redo.
 */
final class Redo {
    private Redo() {}

    /**
     * Redoes the commits after the one that is folded, oldest first; those that are folded already
     * are skipped. What is in the file is durable, and noted so, when this returns. Throws
     * INSTANCE_QUARANTINED if a commit is missing or is not the successor of the one before.
     */
    static PageSums.Folded redo(Disk disk, Path database, ClosedDatabase.Found found)
            throws IOException {
        clean(disk, database);
        var sums = PageSums.openUnsure(disk, database);
        var folded = sums.folded().orElse(null);
        long done = folded == null ? 0 : folded.commit();
        var missing = found.commits().stream().filter(commit -> commit.commit() > done).toList();
        checkThere(disk, database, folded, missing);
        if (folded != null && missing.isEmpty()) {
            if (done > found.foldNoted()) {
                // Nobody but its slot says that it is in the file, and that may not be safe.
                sums.confirm();
            }
            return folded;
        }
        checkChain(database, folded, missing);
        var newest = missing.getLast();
        SortedMap<Integer, Integer> changed;
        try (var file = disk.open(database, OpenMode.CREATE_OR_OPEN)) {
            changed = write(file, missing, newest.state().pageCount());
            cut(file, database, newest);
            file.sync();
        }
        var now =
                new PageSums.Folded(
                        found.incarnation(),
                        newest.commit(),
                        newest.origin().timeMicros(),
                        newest.state().nextAlarmMicros(),
                        newest.state().schemaVersion(),
                        newest.checksum(),
                        newest.pages().pageSize(),
                        newest.state().pageCount());
        // The name of the file, before the sidecar speaks of it; and that the WAL is gone. If there
        // is a sidecar, its name too.
        disk.syncDirectory(parent(database));
        sums.fold(changed, now, requests(database, sums, missing).sidecar());
        if (folded == null) {
            // The name of the sidecar, which is new.
            disk.syncDirectory(parent(database));
        }
        return now;
    }

    private static RequestMemory requests(
            Path database, PageSums sums, List<JournalRecord.Commit> missing) throws IOException {
        var requests = sums.requests();
        for (var commit : missing) {
            try {
                requests.redone(commit.attachment());
            } catch (IllegalArgumentException e) {
                throw quarantined(database, "journal: " + commit + ": " + e.getMessage());
            }
        }
        return requests;
    }

    /** Every page is in a commit or was in the file before: a shorter file has lost some. */
    private static void cut(DiskFile file, Path database, JournalRecord.Commit newest)
            throws IOException {
        long bytes = (long) newest.state().pageCount() * newest.pages().pageSize();
        file.truncate(bytes);
        if (file.size() != bytes) {
            throw quarantined(database, file.size() + " bytes (expected: " + bytes + ")");
        }
    }

    /**
     * Takes away what a crash left: a WAL, and names that an undo had given. To be called before
     * anybody opens the database with SQLite, which would bring such a WAL into it.
     */
    static void clean(Disk disk, Path database) throws IOException {
        Undo.restoreName(disk, database);
        // What is in it never became durable, or is in the journal. An empty one is what a sleeping
        // database has: making it anew would cost the next opening most of its time.
        var wal = beside(database, "-wal");
        if (disk.exists(wal) && disk.size(wal) > 0) {
            disk.delete(wal);
        }
        deleteJournal(disk, database);
    }

    /** The same, but that the WAL stays, empty, where there is one. */
    static void cleanToOpen(Disk disk, Path database) throws IOException {
        Undo.restoreName(disk, database);
        var wal = beside(database, "-wal");
        if (disk.exists(wal) && disk.size(wal) > 0) {
            try (var file = disk.open(wal, OpenMode.WRITE)) {
                file.truncate(0);
            }
        }
        deleteJournal(disk, database);
    }

    /** Not ours: SQLite would take it for a transaction to be rolled back. */
    private static void deleteJournal(Disk disk, Path database) throws IOException {
        disk.delete(beside(database, "-journal"));
    }

    /** Whether there is a database to redo commits in. */
    static boolean isThere(Disk disk, Path database) throws IOException {
        return disk.exists(database) || disk.exists(Undo.moved(database));
    }

    /** From the newest to the oldest, each page once; the checksums of those pages. */
    private static SortedMap<Integer, Integer> write(
            DiskFile file, List<JournalRecord.Commit> commits, int pageCount) throws IOException {
        var sums = new TreeMap<Integer, Integer>();
        for (var commit : commits.reversed()) {
            var pages = commit.pages();
            for (int i = 0; i < pages.count(); i++) {
                int number = pages.number(i);
                if (number <= pageCount && !sums.containsKey(number)) {
                    ByteBuffer image = pages.image(i);
                    sums.put(number, PageSums.sum(image));
                    file.write(image, (number - 1L) * pages.pageSize());
                }
            }
        }
        return sums;
    }

    /** What was folded once is in the files alone, not in the journal. */
    private static void checkThere(
            Disk disk,
            Path database,
            PageSums.@Nullable Folded folded,
            List<JournalRecord.Commit> missing)
            throws IOException {
        boolean whole = !missing.isEmpty() && missing.getFirst().commit() == 1;
        if (folded == null ? whole : disk.exists(database)) {
            return;
        }
        if (!disk.exists(database)) {
            throw quarantined(database, "missing");
        }
        throw quarantined(
                database,
                disk.exists(PageSums.file(database))
                        ? "its .sums file: says nothing that is whole"
                        : "its .sums file: missing");
    }

    private static void checkChain(
            Path database, PageSums.@Nullable Folded folded, List<JournalRecord.Commit> commits) {
        long commit = folded == null ? 0 : folded.commit();
        int checksum = folded == null ? 0 : folded.checksum();
        for (var next : commits) {
            if (next.commit() != commit + 1 || next.previousChecksum() != checksum) {
                throw quarantined(
                        database,
                        "journal: commit "
                                + next.commit()
                                + " after "
                                + commit
                                + " (expected: the next one of the chain)");
            }
            commit = next.commit();
            checksum = next.checksum();
        }
    }

    private static Path beside(Path database, String suffix) {
        return database.resolveSibling(database.getFileName() + suffix);
    }

    private static Path parent(Path file) {
        var folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException(file + ": no folder");
        }
        return folder;
    }

    private static Failure quarantined(Path database, String why) {
        return Failure.of(Reason.INSTANCE_QUARANTINED, database + ": " + why)
                .with("file", database.toString());
    }
}
