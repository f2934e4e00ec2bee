package dev.atoll.node.sqlite;

import com.google.protobuf.ByteString;
import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.journal.DatabaseState;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A database whose commits are captured, and the journal that a node would have of it. */
final class CapturedDatabase {
    static final long INCARNATION = 7;

    final Path file;
    final List<JournalRecord.Commit> journal = new ArrayList<>();
    private final RequestMemory requests = new RequestMemory();
    private Capture capture;

    private CapturedDatabase(Path file, Capture capture) {
        this.file = file;
        this.capture = capture;
    }

    static CapturedDatabase create(Path folder) throws SQLException, IOException {
        var file = folder.resolve("i.sqlite");
        return new CapturedDatabase(file, Capture.open(SystemDisk.INSTANCE, file, true));
    }

    Capture capture() {
        return capture;
    }

    /** Runs statements in one transaction, and puts the commit into the journal. */
    Optional<CapturedCommit> commit(String... statements) throws SQLException {
        capture.connection().runOnce("BEGIN IMMEDIATE");
        for (var sql : statements) {
            capture.connection().runOnce(sql);
        }
        capture.connection().runOnce("COMMIT");
        return take();
    }

    /** Makes the file as short as it can be; the database is another one then, page by page. */
    Optional<CapturedCommit> compact() throws SQLException {
        capture.connection().runOnce("VACUUM");
        return take();
    }

    /** Runs statements in one transaction that is undone. */
    Optional<CapturedCommit> rollBack(String... statements) throws SQLException {
        capture.connection().runOnce("BEGIN IMMEDIATE");
        for (var sql : statements) {
            capture.connection().runOnce(sql);
        }
        capture.connection().runOnce("ROLLBACK");
        return take();
    }

    /** What the newest COMMIT left in the WAL. */
    Optional<CapturedCommit> take() {
        var taken = capture.take(1L << 30);
        taken.ifPresent(commit -> journal.add(record(commit)));
        return taken;
    }

    /** Each carries a request, as an instance's commits may. */
    private JournalRecord.Commit record(CapturedCommit commit) {
        long number = journal.isEmpty() ? 1 : journal.getLast().commit() + 1;
        var change =
                requests.with(
                        new RequestEntry(
                                new RequestTable.Request("service:a", new UUID(0x7000, number)),
                                new Remembered(
                                        ByteString.copyFromUtf8("digest"),
                                        ByteString.copyFromUtf8("reply " + number))));
        requests.committed(change);
        return new JournalRecord.Commit(
                new Origin(3, 1, INCARNATION, 1_000 + number),
                number,
                journal.isEmpty() ? 0 : journal.getLast().checksum(),
                new DatabaseState(commit.pageCount(), 0, 0),
                commit.pages(),
                RequestChange.attachment(change));
    }

    /** What a start finds in the journal, which no fold is noted in. */
    ClosedDatabase.Found found() {
        return found(journal);
    }

    static ClosedDatabase.Found found(List<JournalRecord.Commit> commits) {
        return new ClosedDatabase.Found(INCARNATION, 0, commits);
    }

    /** What the sidecar of requests is to hold after a fold. */
    ByteBuffer requests() {
        return requests.sidecar();
    }

    void fold() throws SQLException, IOException {
        var newest = journal.getLast();
        capture.fold(
                new PageSums.Folded(
                        INCARNATION,
                        newest.commit(),
                        newest.origin().timeMicros(),
                        0,
                        0,
                        newest.checksum(),
                        newest.pages().pageSize(),
                        newest.state().pageCount()),
                requests());
    }

    /** Leaves everything as a crash of the process would, redoes the journal, and opens again. */
    void crashAndRecover() throws SQLException, IOException {
        capture.abandon();
        Redo.redo(SystemDisk.INSTANCE, file, found());
        capture = Capture.open(SystemDisk.INSTANCE, file, false);
    }

    /** Opens it again after it was closed. */
    void reopen() throws SQLException, IOException {
        capture = Capture.open(SystemDisk.INSTANCE, file, false);
    }

    /**
     * Where the file differs from a second copy that is made of nothing but the journal; -1 if it
     * does not.
     */
    long differsFromJournalAt(Path folder) throws IOException {
        var copy = Files.createTempDirectory(folder, "copy").resolve("i.sqlite");
        Redo.redo(SystemDisk.INSTANCE, copy, found());
        return Files.mismatch(file, copy);
    }

    long number(String sql) throws SQLException {
        return Long.parseLong(capture.connection().runOnce(sql));
    }
}
