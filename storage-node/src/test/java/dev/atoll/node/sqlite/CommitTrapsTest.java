package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.ALICE;
import static dev.atoll.node.sqlite.TestDatabase.budget;
import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.protobuf.ByteString;
import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies between COMMIT and the journal: no commit is lost, kept or numbered wrongly. */
class CommitTrapsTest {
    private static final String GROW =
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300)"
                    + " INSERT INTO t SELECT n, randomblob(1000) FROM c";

    @TempDir private Path folder;
    private final List<JournalRecord.Commit> journal = new ArrayList<>();
    private Path file;
    private InstanceDatabase database;

    @BeforeEach
    void create() {
        file = folder.resolve("alice.sqlite");
        database =
                InstanceDatabase.create(
                        file, ALICE, SqliteLimits.DEFAULT, () -> TestDatabase.START);
        execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
    }

    private void execute(String sql) {
        database.write(budget(), TestDatabase.sink(journal::add), t -> t.execute(SqlCall.of(sql)));
    }

    private long count() {
        return database.read(
                budget(),
                t ->
                        (Long)
                                TestDatabase.plain(t.query(SqlCall.of("SELECT count(*) FROM t")))
                                        .getFirst()
                                        .getFirst());
    }

    private void reopen() {
        database.close();
        database =
                InstanceDatabase.open(
                        FoldedFile.read(file),
                        ALICE,
                        SqliteLimits.DEFAULT,
                        () -> TestDatabase.START);
    }

    @Test
    void aCommitCostsOnePageAndWithARequestNoMore() {
        execute("INSERT INTO t VALUES (1, 'a')");
        execute("INSERT INTO t VALUES (2, 'b')");
        assertThat(journal.getLast().pages().count()).isEqualTo(1);
        for (long i = 3; i < 6; i++) {
            var id = new UUID((TestDatabase.START.toEpochMilli() << 16) | 0x7000 | i, 1L << 63 | i);
            database.write(
                    budget(),
                    TestDatabase.sink(journal::add),
                    t -> {
                        assertThat(t.findRequest("service:a", id)).isEmpty();
                        t.execute(SqlCall.of("INSERT INTO t(v) VALUES ('c')"));
                        t.remember("service:a", id, remembered());
                        return true;
                    });
        }
        assertThat(journal.getLast().pages().count()).isEqualTo(1);
    }

    private static Remembered remembered() {
        return new Remembered(ByteString.copyFrom(new byte[32]), ByteString.copyFromUtf8("reply"));
    }

    @Test
    void aHeaderThatSomebodyElseWroteIsFoundAtTheFold() throws IOException {
        execute("INSERT INTO t VALUES (1, 'a')");
        try (var wal = new RandomAccessFile(folder.resolve("alice.sqlite-wal").toFile(), "rw")) {
            wal.seek(16);
            wal.writeLong(77);
        }
        var failure = failure(Reason.INSTANCE_QUARANTINED, () -> database.fold());
        assertThat(failure.message()).contains("alice.sqlite-wal: offset 24: checksum");
    }

    @Test
    void aCommitThatSomebodyElseCheckpointedIsNotSilentlyLost() throws Exception {
        execute("INSERT INTO t VALUES (1, 'a')");
        database.engine().connection().runOnce("PRAGMA wal_checkpoint(TRUNCATE)");

        var failure =
                failure(
                        Reason.INSTANCE_QUARANTINED,
                        () -> execute("INSERT INTO t VALUES (2, 'b')"));

        assertThat(failure.message()).contains("alice.sqlite-wal: ");
        assertThat(database.broken()).contains(failure);
    }

    @Test
    void aCommitWhoseJournallingFailsInAnUnknownWayStopsTheInstance() {
        assertThatIllegalStateException()
                .isThrownBy(
                        () ->
                                database.write(
                                        budget(),
                                        TestDatabase.sink(
                                                _ -> {
                                                    throw new IllegalStateException("a defect");
                                                }),
                                        t ->
                                                t.execute(
                                                        SqlCall.of(
                                                                "INSERT INTO t VALUES (1, 'a')"))));
        assertThat(database.broken()).isPresent();
        failure(Reason.NODE_UNAVAILABLE, () -> execute("INSERT INTO t VALUES (2, 'b')"));
    }

    @Test
    void aCommitThatTheJournalRefusesIsUndone() {
        execute("INSERT INTO t VALUES (1, 'a')");
        long commit = database.commit();
        for (int i = 0; i < 3; i++) {
            failure(
                    Reason.NODE_FULL,
                    () ->
                            database.write(
                                    budget(),
                                    TestDatabase.sink(
                                            _ -> {
                                                throw Failure.of(Reason.NODE_FULL, "full");
                                            }),
                                    t ->
                                            t.execute(
                                                    SqlCall.of(
                                                            GROW.replace(
                                                                    "(SELECT 1", "(SELECT 2")))));
            assertThat(count()).isEqualTo(1);
            assertThat(database.commit()).isEqualTo(commit);
        }
        execute("INSERT INTO t VALUES (2, 'b')");
        assertThat(database.commit()).isEqualTo(commit + 1);
        isTheJournalsCopy();
    }

    @Test
    void aCommitThatFailsAndHappenedAllTheSameIsUndone() throws IOException {
        execute("INSERT INTO t VALUES (1, 'a')");
        long commit = database.commit();
        // What SQLite then says of the COMMIT proper: there is none to commit any more.
        failure(
                Reason.OUTCOME_UNKNOWN,
                () ->
                        database.write(
                                budget(),
                                TestDatabase.sink(journal::add),
                                t -> {
                                    t.execute(SqlCall.of("INSERT INTO t VALUES (2, 'b')"));
                                    return commitBehindItsBack();
                                }));
        failure(Reason.NODE_UNAVAILABLE, this::count);
        database.close();
        Redo.redo(
                SystemDisk.INSTANCE,
                file,
                new ClosedDatabase.Found(ALICE.incarnation(), 0, journal));
        database =
                InstanceDatabase.open(
                        FoldedFile.read(file),
                        ALICE,
                        SqliteLimits.DEFAULT,
                        () -> TestDatabase.START);
        assertThat(count()).isEqualTo(1);
        assertThat(database.commit()).isEqualTo(commit);
        execute("INSERT INTO t VALUES (2, 'c')");
        assertThat(database.commit()).isEqualTo(commit + 1);
        isTheJournalsCopy();
    }

    private boolean commitBehindItsBack() {
        try {
            database.engine().connection().runOnce("COMMIT");
            return true;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCommitBeyondTheLimitIsUndone() {
        execute("INSERT INTO t VALUES (1, 'a')");
        long commit = database.commit();
        var failure =
                failure(
                        Reason.LIMIT_EXCEEDED,
                        () ->
                                execute(
                                        "WITH RECURSIVE c(n) AS (SELECT 2 UNION ALL SELECT n + 1"
                                                + " FROM c WHERE n < 40) INSERT INTO t SELECT n,"
                                                + " zeroblob(2000000) FROM c"));
        assertThat(failure.details()).containsEntry("value", Long.toString(64L << 20));
        assertThat(count()).isEqualTo(1);
        execute("INSERT INTO t VALUES (2, 'b')");
        assertThat(database.commit()).isEqualTo(commit + 1);
        isTheJournalsCopy();
    }

    @Test
    void aRollbackAfterAFoldMayBeginTheWalAnew() {
        execute("INSERT INTO t VALUES (1, 'a')");
        for (int i = 0; i < 3; i++) {
            database.fold();
            failure(
                    Reason.UNIQUE_VIOLATION,
                    () ->
                            database.write(
                                    budget(),
                                    TestDatabase.sink(journal::add),
                                    t -> {
                                        t.execute(SqlCall.of("UPDATE t SET v = zeroblob(1500000)"));
                                        return t.execute(
                                                SqlCall.of("INSERT INTO t VALUES (1, 'a')"));
                                    }));
            database.fold();
        }
        execute("INSERT INTO t VALUES (2, 'b')");
        isTheJournalsCopy();
    }

    @Test
    void aTransactionThatChangesNothingTakesNoNumber() {
        execute("INSERT INTO t VALUES (1, 'a')");
        int before = journal.size();
        long commit = database.commit();
        execute("UPDATE t SET v = v");
        execute("DELETE FROM t WHERE id = 99");
        assertThat(database.commit() - commit).isEqualTo(journal.size() - before);
    }

    @Test
    void nothingButFoldsWritesTheFile() throws IOException {
        execute("INSERT INTO t VALUES (1, zeroblob(20000))");
        database.fold();
        assertThat(untouched()).isTrue();
        execute("INSERT INTO t VALUES (2, zeroblob(20000))");
        failure(
                Reason.NODE_FULL,
                () ->
                        database.write(
                                budget(),
                                TestDatabase.sink(
                                        _ -> {
                                            throw Failure.of(Reason.NODE_FULL, "full");
                                        }),
                                t -> t.execute(SqlCall.of("DELETE FROM t"))));
        assertThat(untouched()).isTrue();
        database.fold();
        reopen();
        assertThat(untouched()).isTrue();
        execute("DELETE FROM t");
        reopen();
        assertThat(untouched()).isTrue();
        assertThat(count()).isEqualTo(2);
    }

    private boolean untouched() throws IOException {
        return PageSums.open(SystemDisk.INSTANCE, file).isUntouched();
    }

    @Test
    void aDatabaseThatSomebodyElseWritesWhileItIsOpenIsNotFolded() throws IOException {
        database.fold();
        execute("INSERT INTO t VALUES (1, 'a')");
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
        var failure = failure(Reason.INSTANCE_QUARANTINED, () -> database.fold());
        assertThat(failure.message()).endsWith("written by somebody else while it was open");
    }

    @Test
    void aDatabaseThatWasTouchedWhileItSleptIsComparedWithItsSums() throws IOException {
        execute("INSERT INTO t VALUES (1, zeroblob(20000))");
        database.fold();
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
        reopen();
        assertThat(count()).isEqualTo(1);
        database.close();

        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(raw.length() - 100);
            raw.write(7);
        }
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_001)));
        var failure = failure(Reason.INSTANCE_QUARANTINED, this::reopen);
        assertThat(failure.message()).contains("alice.sqlite: offset ").contains("checksum");
    }

    @Test
    void aWellDatabaseWhoseTimeWasLostWhileItSleptIsWrittenAndFolded() throws IOException {
        execute("INSERT INTO t VALUES (1, zeroblob(20000))");
        database.fold();
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
        reopen();
        execute("INSERT INTO t VALUES (2, 'b')");
        database.fold();
        reopen();
        assertThat(untouched()).isTrue();
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void oneThatIsWrittenAfterItWasComparedIsNotFolded() throws IOException {
        execute("INSERT INTO t VALUES (1, 'a')");
        database.fold();
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
        reopen();
        execute("INSERT INTO t VALUES (2, 'b')");
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_001)));
        var failure = failure(Reason.INSTANCE_QUARANTINED, () -> database.fold());
        assertThat(failure.message()).endsWith("written by somebody else while it was open");
    }

    @Test
    void aRollbackJournalOfSomebodyElseIsNotRolledBack() throws IOException {
        execute("INSERT INTO t VALUES (1, 'a')");
        database.fold();
        database.close();
        var whole = Files.readAllBytes(file);
        Files.write(folder.resolve("alice.sqlite-journal"), hotJournal(whole));
        database =
                InstanceDatabase.open(
                        FoldedFile.read(file),
                        ALICE,
                        SqliteLimits.DEFAULT,
                        () -> TestDatabase.START);
        assertThat(count()).isEqualTo(1);
        assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    }

    /** Of a transaction that began with one page of zeros. */
    private static byte[] hotJournal(byte[] database) {
        var bytes = ByteBuffer.allocate(512 + 4 + 4096 + 4);
        bytes.putLong(0xd9d505f920a163d7L).putInt(1).putInt(0).putInt(1).putInt(512).putInt(4096);
        bytes.position(512).putInt(1);
        bytes.put(database, 0, 4096);
        int sum = 0;
        for (int i = 4096 - 200; i > 0; i -= 200) {
            sum += Byte.toUnsignedInt(database[i]);
        }
        return bytes.putInt(sum).array();
    }

    /** A second copy of nothing but the journal's commits, on top of what a new instance is. */
    private void isTheJournalsCopy() {
        database.fold();
        assertThat(journal.getLast().commit()).isEqualTo(database.commit());
        for (int i = 1; i < journal.size(); i++) {
            assertThat(journal.get(i).previousChecksum()).isEqualTo(journal.get(i - 1).checksum());
            assertThat(journal.get(i).commit()).isEqualTo(i + 1);
        }
        var pages = new TreeMap<Integer, ByteBuffer>();
        journal.forEach(
                commit -> {
                    for (int i = 0; i < commit.pages().count(); i++) {
                        pages.put(commit.pages().number(i), commit.pages().image(i));
                    }
                });
        try {
            var bytes = Files.readAllBytes(file);
            assertThat(bytes.length / 4096).isEqualTo(journal.getLast().state().pageCount());
            pages.forEach(
                    (number, image) ->
                            assertThat(ByteBuffer.wrap(bytes, (number - 1) * 4096, 4096))
                                    .as("page %s", number)
                                    .isEqualTo(image));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
