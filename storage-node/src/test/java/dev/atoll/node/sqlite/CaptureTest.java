package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.node.disk.SystemDisk;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Each trap of taking commits from a WAL. */
class CaptureTest {
    @TempDir Path folder;
    private CapturedDatabase database;

    @BeforeEach
    void create() throws Exception {
        database = CapturedDatabase.create(folder);
        database.commit("CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
    }

    @Test
    void aSmallCommitIsOnePage() throws Exception {
        var first = database.commit("INSERT INTO t VALUES (1, 'a')").orElseThrow();
        var second = database.commit("INSERT INTO t VALUES (2, 'b')").orElseThrow();

        assertThat(first.pages().count()).isEqualTo(1);
        assertThat(second.pages().count()).isEqualTo(1);
        assertThat(second.pageCount()).isEqualTo(2);
        isTheJournalsCopyAfterAFold();
    }

    @Test
    void aTransactionThatChangedNothingMakesNoCommit() throws Exception {
        assertThat(database.commit("SELECT 1")).isEmpty();
        assertThat(database.commit("DELETE FROM t WHERE id = 99")).isEmpty();
        assertThat(database.rollBack("INSERT INTO t VALUES (1, 'a')")).isEmpty();
        assertThat(database.journal).hasSize(1);
    }

    @Test
    void pagesThatSpilledBeforeTheCommitCountWithTheirLastImage() throws Exception {
        database.capture().connection().setPragma("cache_size", "10");
        database.commit(
                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300)"
                        + " INSERT INTO t SELECT n, zeroblob(1000) FROM c",
                "UPDATE t SET v = randomblob(1000)",
                "DELETE FROM t WHERE id % 3 = 0");

        isTheJournalsCopyAfterAFold();
    }

    @Test
    void staleFramesOfARollbackWithTheRightSaltsDoNotCount() throws Exception {
        database.capture().connection().setPragma("cache_size", "10");
        var large =
                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300)"
                        + " INSERT INTO t SELECT n, randomblob(1000) FROM c";
        assertThat(database.rollBack(large)).isEmpty();
        assertThat(Files.size(wal())).isGreaterThan(200_000);

        var small = database.commit("INSERT INTO t VALUES (1, 'a')").orElseThrow();

        assertThat(small.pages().count()).isEqualTo(1);
        assertThat(database.commit("SELECT 1")).isEmpty();
        isTheJournalsCopyAfterAFold();
    }

    @Test
    void aWalThatHeldNothingButARollbackMayGetOtherSalts() throws Exception {
        database.fold();
        database.capture().close();
        database.reopen();
        database.capture().connection().setPragma("cache_size", "10");
        var large =
                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300)"
                        + " INSERT INTO t SELECT n, randomblob(1000) FROM c";
        assertThat(database.rollBack(large)).isEmpty();
        assertThat(database.rollBack(large)).isEmpty();

        assertThat(database.commit("INSERT INTO t VALUES (1, 'a')")).isPresent();
        isTheJournalsCopyAfterAFold();
    }

    @Test
    void theWalMayBeginAnewAfterOurOwnFold() throws Exception {
        for (int round = 0; round < 5; round++) {
            database.commit("INSERT INTO t(v) VALUES (randomblob(9000))");
            database.commit("INSERT INTO t(v) VALUES (randomblob(9000))");
            long before = database.capture().walBytes();
            isTheJournalsCopyAfterAFold();
            database.commit("INSERT INTO t(v) VALUES ('small')");
            assertThat(database.capture().walBytes()).isLessThan(before);
        }
        isTheJournalsCopyAfterAFold();
    }

    @Test
    void aWalThatSomebodyElseBeganAnewIsASurprise() throws Exception {
        database.commit("INSERT INTO t VALUES (1, 'a')");
        // A checkpoint that the node did not ask for.
        database.capture().connection().runOnce("PRAGMA wal_checkpoint(TRUNCATE)");

        assertThatExceptionOfType(Failure.class)
                .isThrownBy(
                        () -> {
                            database.commit("INSERT INTO t VALUES (2, 'b')");
                            isTheJournalsCopyAfterAFold();
                        })
                .matches(failure -> failure.reason() == Reason.INSTANCE_QUARANTINED)
                .withMessageContaining("i.sqlite-wal");
    }

    @Test
    void aFlippedBitInTheWalIsFoundBeforeItGetsIntoTheDatabase() throws Exception {
        database.commit("INSERT INTO t VALUES (1, randomblob(3000))");
        database.commit("INSERT INTO t VALUES (2, randomblob(3000))");
        var before = Files.readAllBytes(database.file);
        flip(wal(), WalFile.HEADER_BYTES + WalFile.FRAME_HEADER_BYTES + 700);

        assertThatExceptionOfType(Failure.class)
                .isThrownBy(database::fold)
                .matches(failure -> failure.reason() == Reason.INSTANCE_QUARANTINED)
                .withMessageContaining("offset 32: frame damaged");
        assertThat(Arrays.mismatch(Files.readAllBytes(database.file), before)).isEqualTo(-1);
    }

    @Test
    void aCommitCanBeTakenBackExactly() throws Exception {
        database.commit("INSERT INTO t VALUES (1, 'kept')");
        var mark = database.capture().mark();
        database.commit("INSERT INTO t VALUES (2, 'lost')", "CREATE TABLE u(a)");
        database.commit("DROP TABLE t");
        database.journal.removeLast();
        database.journal.removeLast();

        database.capture().undo(mark);

        assertThat(database.number("SELECT count(*) FROM t")).isEqualTo(1);
        assertThat(database.number("SELECT count(*) FROM sqlite_schema")).isEqualTo(1);
        database.commit("INSERT INTO t VALUES (3, 'after')");
        isTheJournalsCopyAfterAFold();
    }

    @Test
    void theFirstCommitAfterAFoldCanBeTakenBack() throws Exception {
        database.fold();
        var mark = database.capture().mark();
        database.commit("INSERT INTO t VALUES (1, 'lost')");
        database.journal.removeLast();

        database.capture().undo(mark);

        assertThat(database.number("SELECT count(*) FROM t")).isZero();
        database.commit("INSERT INTO t VALUES (2, 'after')");
        isTheJournalsCopyAfterAFold();
    }

    @Test
    void aCrashLosesNothingThatIsInTheJournalAndKeepsNothingElse() throws Exception {
        database.commit("INSERT INTO t VALUES (1, 'journalled')");
        database.fold();
        database.commit("INSERT INTO t VALUES (2, 'journalled')");
        database.commit("INSERT INTO t VALUES (3, 'not durable')");
        database.journal.removeLast();

        database.crashAndRecover();

        assertThat(database.number("SELECT count(*) FROM t")).isEqualTo(2);
        assertThat(database.capture().connection().runOnce("PRAGMA integrity_check"))
                .isEqualTo("ok");
        database.commit("INSERT INTO t VALUES (4, 'after')");
        isTheJournalsCopyAfterAFold();
    }

    @Test
    void anUndoThatACrashCutShortIsEndedAtTheNextStart() throws Exception {
        database.commit("INSERT INTO t VALUES (1, 'a')");
        database.capture().abandon();
        var moved = database.file.resolveSibling("i.sqlite.moved");
        var state = Files.readAllBytes(database.file);
        for (var step : List.of("database moved", "wal moved", "nothing moved")) {
            Files.deleteIfExists(moved);
            Files.deleteIfExists(PageSums.file(database.file));
            Files.write(step.equals("database moved") ? moved : database.file, state);
            if (step.equals("database moved")) {
                Files.delete(database.file);
            }
            Files.write(folder.resolve("i.sqlite.moved-wal"), new byte[] {1, 2, 3});

            Redo.redo(SystemDisk.INSTANCE, database.file, database.found());

            assertThat(database.differsFromJournalAt(folder)).as(step).isEqualTo(-1);
            assertThat(moved).doesNotExist();
            assertThat(folder.resolve("i.sqlite.moved-wal")).doesNotExist();
        }
    }

    @Test
    void aGapInTheJournalIsNotBridged() throws Exception {
        database.commit("INSERT INTO t VALUES (1, 'a')");
        database.commit("INSERT INTO t VALUES (2, 'b')");
        database.capture().abandon();
        database.journal.remove(1);

        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> Redo.redo(SystemDisk.INSTANCE, database.file, database.found()))
                .withMessageContaining("commit 3 after 1");
    }

    @Test
    void aFlippedBitInsideAValueIsFoundByItsPage() throws Exception {
        database.commit("INSERT INTO t VALUES (1, zeroblob(20000))");
        database.fold();
        database.capture().close();
        int pageSize = 4096;
        flip(database.file, 3L * pageSize + 2000);

        assertThat(new Scrub(SystemDisk.INSTANCE, database.file).all())
                .containsExactly(new Scrub.DamagedPage(database.file, 3L * pageSize, 4));
        flip(database.file, 3L * pageSize + 2000);
        assertThat(new Scrub(SystemDisk.INSTANCE, database.file).all()).isEmpty();
    }

    /** Takes a while, and 2 GiB of disk: {@code -Datoll.long=true}. */
    @Test
    @EnabledIfSystemProperty(named = "atoll.long", matches = "true")
    void theLockPageAtOneGibibyteIsNeverTakenAndNotMissed() throws Exception {
        int pageSize = 4096;
        long lockPage = (1L << 30) / pageSize + 1;
        for (int i = 0; i < 19; i++) {
            var commit =
                    database.commit("INSERT INTO t(v) VALUES (zeroblob(60000000))").orElseThrow();
            for (int page = 0; page < commit.pages().count(); page++) {
                assertThat(commit.pages().number(page)).isNotEqualTo((int) lockPage);
            }
            database.fold();
            database.journal.subList(0, database.journal.size() - 1).clear();
        }
        assertThat(database.number("PRAGMA page_count")).isGreaterThan(lockPage);
        database.capture().close();
        assertThat(new Scrub(SystemDisk.INSTANCE, database.file).all()).isEmpty();
    }

    private void isTheJournalsCopyAfterAFold() throws SQLException, IOException {
        database.fold();
        assertThat(database.differsFromJournalAt(folder)).isEqualTo(-1);
    }

    private Path wal() {
        return folder.resolve("i.sqlite-wal");
    }

    private static void flip(Path file, long at) throws IOException {
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(at);
            int value = raw.read();
            raw.seek(at);
            raw.write(value ^ 0x10);
        }
    }
}
