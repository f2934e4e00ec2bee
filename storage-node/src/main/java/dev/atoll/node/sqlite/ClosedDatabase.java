package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.OpenMode;
import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** What is done with the files of an instance that nobody has open. Immutable. */
public final class ClosedDatabase {
    private ClosedDatabase() {}

    /**
     * The key of the instance whose file this is, for whoever lost the list of them. Throws
     * INSTANCE_QUARANTINED or CORRUPTION, naming the file, or NODE_UNAVAILABLE.
     */
    public static InstanceKey readKey(Path file) {
        // Before SQLite opens it, which would bring in a WAL that a crash left, and change a file
        // that it takes for empty.
        var errors = new SqliteErrors(file);
        try {
            Redo.clean(SystemDisk.INSTANCE, file);
        } catch (IOException e) {
            throw errors.unavailable(e);
        }
        InstanceFile.check(file, errors);
        try (var plain = PlainDatabase.open(file)) {
            var rows = plain.run("SELECT instance_key FROM _atoll_meta").rows();
            if (rows.size() == 1 && rows.getFirst().getFirst() instanceof SqlValue.Blob(var key)) {
                return InstanceKey.ofBytes(key.toByteArray());
            }
        }
        throw Failure.of(Reason.INSTANCE_QUARANTINED, file + ": _atoll_meta: no key");
    }

    /**
     * Whether a database was begun there and nothing was ever brought into it, so that all there is
     * of it is in its WAL, and in the journal if it was acknowledged.
     */
    public static boolean isOnlyBegun(Path file) throws IOException {
        return InstanceFile.isOnlyBegun(file);
    }

    /** Whether there is a file, under its name or the one that an undo gives it. */
    public static boolean isThere(Path file) throws IOException {
        return Redo.isThere(SystemDisk.INSTANCE, file);
    }

    /** Gives a database that is not open another name, with its WAL, in the same folder. */
    public static void rename(Path file, Path to) throws IOException {
        InstanceFile.rename(file, to);
    }

    /** Deletes the files of a database that is not open; does nothing where there are none. */
    public static void delete(Path file) throws IOException {
        InstanceFile.delete(file);
    }

    /**
     * What the journal holds of an instance. Immutable.
     *
     * @param foldNoted the newest commit that it says was folded, which was durable before it said
     *     so; 0 if it says nothing
     * @param commits oldest first; those that are in the file may be among them
     */
    public record Found(long incarnation, long foldNoted, List<JournalRecord.Commit> commits) {
        public Found {
            commits = List.copyOf(commits);
        }
    }

    /**
     * Redoes the commits of the journal after the newest folded one in the file of a database that
     * is not open. Returns the newest commit that is in it then, durably: the journal may forget
     * all that was found. Throws INSTANCE_QUARANTINED if a commit is missing in between, or there
     * is no file.
     *
     * @param created whether the commits begin with the first: then there need not be a file
     */
    public static Redone redo(Path file, Found found, boolean created) throws IOException {
        if (!created && !Redo.isThere(SystemDisk.INSTANCE, file)) {
            throw new SqliteErrors(file).quarantined("missing");
        }
        return redone(Redo.redo(SystemDisk.INSTANCE, file, found));
    }

    /** When an instance wants to be woken, as of what is folded into its file; 0 for never. */
    public static long wakeMicros(Path file) throws IOException {
        return PageSums.open(SystemDisk.INSTANCE, file)
                .folded()
                .map(PageSums.Folded::nextAlarmMicros)
                .orElse(0L);
    }

    /**
     * Makes what {@link #foldedCommit} says durable, for whoever forgets commits because of it
     * without redoing the file.
     */
    public static void confirmFolded(Path file) throws IOException {
        PageSums.openUnsure(SystemDisk.INSTANCE, file).confirm();
    }

    /**
     * The newest commit that is folded into a file, as its sidecar says, which after a crash need
     * not be durable; 0 if it says nothing.
     */
    public static long foldedCommit(Path file) throws IOException {
        return PageSums.open(SystemDisk.INSTANCE, file)
                .folded()
                .map(PageSums.Folded::commit)
                .orElse(0L);
    }

    /**
     * Says durably that the file of a database that nobody has open, and that is whole, is commit
     * {@code commit}: an older copy, whose next commits must not have numbers that were given.
     * Throws INSTANCE_QUARANTINED if its sidecar is lost.
     */
    public static Redone renumber(Path file, long commit) throws IOException {
        return renumber(SystemDisk.INSTANCE, file, commit);
    }

    static Redone renumber(Disk disk, Path file, long commit) throws IOException {
        // Whoever put the copy there need not have.
        makeDurable(disk, file);
        var sums = PageSums.open(disk, file);
        var now =
                sums.folded()
                        .orElseThrow(() -> new SqliteErrors(file).quarantined("its .sums file"));
        if (commit <= now.commit()) {
            throw new IllegalArgumentException(commit + " (expected: beyond " + now.commit() + ")");
        }
        var renumbered =
                new PageSums.Folded(
                        now.incarnation(),
                        commit,
                        now.timeMicros(),
                        now.nextAlarmMicros(),
                        now.schemaVersion(),
                        now.checksum(),
                        now.pageSize(),
                        now.pageCount());
        sums.fold(new TreeMap<>(), renumbered, sums.requests().sidecar());
        return redone(renumbered);
    }

    /**
     * Makes the files of a database durable that nobody has open, and that somebody else may have
     * put there: before commits are folded into it, whose redo counts on what was there.
     */
    public static void makeDurable(Path file) throws IOException {
        makeDurable(SystemDisk.INSTANCE, file);
    }

    private static void makeDurable(Disk disk, Path file) throws IOException {
        for (var part : List.of(file, PageSums.file(file), RequestSidecar.file(file))) {
            if (disk.exists(part)) {
                try (var open = disk.open(part, OpenMode.READ)) {
                    open.sync();
                }
            }
        }
        disk.syncDirectory(RequestSidecar.folder(file));
    }

    private static Redone redone(PageSums.Folded folded) {
        return new Redone(
                folded.commit(),
                folded.timeMicros(),
                (long) folded.pageCount() * folded.pageSize(),
                folded.nextAlarmMicros(),
                folded.schemaVersion());
    }

    /**
     * What is in a file after a redo.
     *
     * @param commit the newest one
     * @param timeMicros its time
     * @param bytes of the database
     * @param wakeMicros when the instance wants to be woken; 0 for never
     * @param schemaVersion which its tables were brought to; 0 for none
     */
    public record Redone(
            long commit, long timeMicros, long bytes, long wakeMicros, long schemaVersion) {}

    /**
     * Compares the pages of a database that nobody has open, and that is folded, with their
     * checksums; what is wrong, if anything is.
     */
    public static Optional<String> scrub(Path file) throws IOException {
        return new Scrub(SystemDisk.INSTANCE, file)
                .all().stream().findFirst().map(ClosedDatabase::text);
    }

    private static String text(Scrub.DamagedPage page) {
        return page + ": not what was written";
    }

    /** The same, a part at a time: nobody may have it open during a step. One thread at a time. */
    public static final class Scrubbing {
        private final Scrub scrub;

        /** Throws INSTANCE_QUARANTINED if there is no sidecar, or if the length is wrong. */
        public Scrubbing(Path file) throws IOException {
            this.scrub = new Scrub(SystemDisk.INSTANCE, file);
        }

        /** Compares the next pages; what is wrong, if anything is. */
        public Optional<String> step(int pages) throws IOException {
            return scrub.step(pages).stream().findFirst().map(ClosedDatabase::text);
        }

        /** Whether nothing is left, or it was written since this began. */
        public boolean isOver() throws IOException {
            return scrub.isDone() || scrub.isOutdated();
        }
    }
}
