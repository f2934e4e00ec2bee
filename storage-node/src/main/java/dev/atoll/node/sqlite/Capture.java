package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;

/**
 * One open database whose commits are taken from its WAL, instead of being synced by SQLite. One
 * thread at a time: the lane.
 *
 * <p>The invariants: nobody else opens the files; every checkpoint is {@link #fold} or {@link
 * #backfill}; those run only while every commit is durable elsewhere; a connection is closed only
 * after a fold or through {@link #undo}, since SQLite would bring into the database what may never
 * become durable.
 */
final class Capture implements AutoCloseable {
    private final Disk disk;
    private final Path database;
    private final WalFile wal;
    private final PageSums sums;
    private final SqliteErrors errors;
    private final DatabaseSync sync;
    private final ChangedPages changed = new ChangedPages();
    private SqliteConnection connection;
    private long backfilledBytes;

    private Capture(
            Disk disk, Path database, SqliteConnection connection, WalFile wal, PageSums sums) {
        this.disk = disk;
        this.database = database;
        this.connection = connection;
        this.wal = wal;
        this.sums = sums;
        this.errors = connection.errors();
        this.sync = new DatabaseSync(disk, database);
    }

    /** Opens a database that is folded whole, or new; its WAL is gone or empty. */
    static Capture open(Disk disk, Path database, boolean create) throws SQLException, IOException {
        return open(disk, PageSums.open(disk, database), create);
    }

    /** The same, with what its sidecar says. */
    static Capture open(Disk disk, PageSums sums, boolean create) throws SQLException {
        var database = sums.database();
        var connection = SqliteConnection.openCaptured(database, create);
        try {
            var folded = sums.folded();
            int pageSize =
                    folded.isPresent()
                            ? folded.get().pageSize()
                            : Integer.parseInt(connection.runOnce("PRAGMA page_size"));
            var wal = new WalFile(disk, database, pageSize, connection.errors());
            sums.opened();
            return new Capture(disk, database, connection, wal, sums);
        } catch (SQLException | RuntimeException e) {
            connection.closeAfter(e);
            throw e;
        }
    }

    SqliteConnection connection() {
        return connection;
    }

    /** What is folded; empty for a new database. */
    Optional<PageSums.Folded> folded() {
        return sums.folded();
    }

    /**
     * What folded commits remember of requests. Throws INSTANCE_QUARANTINED if it is damaged or
     * lost.
     */
    RequestMemory requests() throws IOException {
        return sums.requests();
    }

    /** Where the WAL stands: what {@link #undo} goes back to. */
    WalFile.Mark mark() {
        return wal.mark();
    }

    /** Bytes in the WAL that are not in the database file. */
    long walBytes() {
        return wal.isCopied() ? 0 : wal.end();
    }

    /** Bytes of commits since the last fold. */
    long unfoldedBytes() {
        return backfilledBytes + walBytes();
    }

    /**
     * Takes what the COMMIT that just returned has changed; empty if that was nothing. Throws
     * LIMIT_EXCEEDED, and then it has to be undone, if those are more than {@code bytesMax}, and
     * OUTCOME_UNKNOWN if nobody can tell now what it was.
     */
    Optional<CapturedCommit> take(long bytesMax) {
        try {
            return wal.take(bytesMax, this::framesInWal);
        } catch (IOException e) {
            // It is not in the journal: the redo does without it.
            throw errors.unknown("the commit cannot be read: " + SqliteErrors.text(e), e);
        }
    }

    private long framesInWal() {
        try {
            // Looks only.
            return counts("NOOP")[1];
        } catch (SQLException e) {
            throw errors.afterCommit(e);
        }
    }

    /**
     * Takes back all commits after a mark. The connection is another one afterwards: statements of
     * the old one are gone.
     */
    void undo(WalFile.Mark mark) throws SQLException, IOException {
        // What the block of the instance says; all else is said anew at each opening.
        var secureDelete = connection.runOnce("PRAGMA secure_delete");
        wal.close();
        Undo.move(disk, database);
        connection.close();
        sync.close();
        Undo.moveBack(disk, database);
        wal.cut(mark);
        connection = SqliteConnection.openCaptured(database, false);
        connection.setPragma("secure_delete", secureDelete);
    }

    /**
     * Brings the WAL into the database file, durably, and notes the commit that is in it now. Every
     * commit has to be durable in the journal: a crash in the middle is mended from there.
     *
     * @param requests what those commits remember that is not in the database
     */
    void fold(PageSums.Folded now, ByteBuffer requests) throws SQLException, IOException {
        verify();
        if (sync.open()) {
            checkpoint();
            // Before the sidecar speaks of what is in the file.
            sync.sync();
        } else {
            checkpointSynced();
        }
        boolean first = folded().isEmpty();
        if (first) {
            // The name of the file, before the sidecar speaks of it.
            disk.syncDirectory(folder());
        }
        sums.fold(changed.all(), now, requests);
        if (first) {
            disk.syncDirectory(folder());
        }
        wal.copied();
        changed.clear();
        backfilledBytes = 0;
    }

    /**
     * Brings the WAL into the database file, so that it begins anew; nothing is durable by that.
     * The system writes back what is dirty after some time: of a WAL that begins anew often, those
     * few pages. Every commit has to be durable in the journal, which has to hold all of them until
     * the next fold: after a crash the redo writes every page anew that this may have written.
     */
    void backfill() throws SQLException, IOException {
        if (wal.isCopied()) {
            return;
        }
        verify();
        checkpoint();
        sums.seen();
        backfilledBytes += wal.end();
        wal.copied();
    }

    /** Before SQLite copies pages that it does not verify. */
    private void verify() {
        try {
            checkUntouched();
            if (!wal.isCopied()) {
                changed.add(wal.verify());
            }
        } catch (IOException e) {
            // Nothing was written yet: the next fold tries again.
            throw errors.unavailable(e);
        }
    }

    /** SQLite syncs the WAL, too, though after a crash nobody would look at it. */
    private void checkpointSynced() throws SQLException {
        connection.setPragma("synchronous", "2");
        try {
            checkpoint();
        } finally {
            connection.setPragma("synchronous", "0");
        }
    }

    private Path folder() {
        var folder = database.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException(database + ": no folder");
        }
        return folder;
    }

    /** Nobody writes the database file but SQLite, and SQLite only in a checkpoint. */
    private void checkUntouched() throws IOException {
        if (folded().isPresent() && !sums.isUntouched()) {
            throw errors.quarantined("was written by somebody else while it was open");
        }
    }

    private void checkpoint() throws SQLException {
        long frames = wal.frames();
        long[] counts = counts("PASSIVE");
        if (counts[0] != 0 || counts[1] != counts[2] || (!wal.isCopied() && counts[1] != frames)) {
            throw errors.quarantined(
                    "checkpoint: busy "
                            + counts[0]
                            + ", "
                            + counts[2]
                            + " of "
                            + counts[1]
                            + " frames (expected: all of "
                            + frames
                            + ")");
        }
    }

    /** Whether the lock was not to be had, frames in the WAL, frames in the database too. */
    private long[] counts(String mode) throws SQLException {
        return connection
                .findFirst(
                        "PRAGMA wal_checkpoint(" + mode + ")",
                        row -> new long[] {row.longValue(0), row.longValue(1), row.longValue(2)})
                .orElseThrow();
    }

    /**
     * Closes a database that is folded whole. Its WAL stays, empty: SQLite would delete it, and
     * make another file when the database is opened again, which costs more than all else then.
     */
    @Override
    public void close() throws IOException {
        wal.close();
        boolean stays;
        try {
            stays = Undo.moveWal(disk, database);
        } finally {
            closeConnection();
        }
        if (stays) {
            Undo.moveWalBack(disk, database);
            wal.empty();
        }
    }

    private void closeConnection() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw errors.ofFile(e);
        } finally {
            sync.close();
        }
    }

    /** Whether every commit is in the database file, durably. */
    boolean isFolded() {
        return wal.isCopied() && changed.isEmpty();
    }

    /** Leaves the files as they are after an error, which must not be lost for another. */
    void abandonAfter(Exception e) {
        try {
            abandon();
        } catch (SQLException | IOException suppressed) {
            e.addSuppressed(suppressed);
        }
    }

    /** Leaves the files as they are, as a crash would: what is not folded is for the redo. */
    void abandon() throws SQLException, IOException {
        wal.close();
        Undo.move(disk, database);
        connection.close();
        sync.close();
        Undo.moveBack(disk, database);
    }
}
