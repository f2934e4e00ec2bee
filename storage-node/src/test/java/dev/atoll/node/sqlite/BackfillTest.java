package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.node.disk.SystemDisk;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backfill lets the WAL begin anew, and promises nothing: the journal still does. */
class BackfillTest {
    @TempDir private Path folder;

    private CapturedDatabase database;

    @BeforeEach
    void create() throws Exception {
        database = CapturedDatabase.create(folder);
        database.commit("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
    }

    @AfterEach
    void close() throws Exception {
        database.capture().abandon();
    }

    @Test
    void theWalBeginsAnew() throws Exception {
        database.fold();
        for (int i = 0; i < 20; i++) {
            database.commit("INSERT INTO t(v) VALUES (randomblob(9000))");
            database.capture().backfill();
            assertThat(database.capture().walBytes()).isZero();
        }
        assertThat(Files.size(wal())).isLessThan(40_000);
        assertThat(database.capture().unfoldedBytes()).isGreaterThan(20 * 9_000);
        isTheJournalsCopyAfterAFold();
        assertThat(database.capture().unfoldedBytes()).isZero();
    }

    @Test
    void itIsNoFold() throws Exception {
        database.fold();
        database.commit("INSERT INTO t VALUES (1, 'a')");
        database.capture().backfill();

        assertThat(database.capture().isFolded()).isFalse();
        assertThat(database.capture().folded().orElseThrow().commit()).isEqualTo(1);
        database.fold();
        assertThat(database.capture().isFolded()).isTrue();
        assertThat(database.capture().folded().orElseThrow().commit()).isEqualTo(2);
    }

    @Test
    void aFoldKnowsThePagesOfAllBackfillsBefore() throws Exception {
        database.fold();
        database.commit("INSERT INTO t VALUES (1, zeroblob(20000)), (2, zeroblob(20000))");
        database.capture().backfill();
        database.commit("UPDATE t SET v = randomblob(20000) WHERE id = 1");
        database.capture().backfill();
        database.commit("UPDATE t SET v = randomblob(9000) WHERE id = 2");
        isTheJournalsCopyAfterAFold();

        database.capture().close();
        assertThat(new Scrub(SystemDisk.INSTANCE, database.file).all()).isEmpty();
        database.reopen();
    }

    @Test
    void aCrashAfterwardsLosesNothingAndKeepsNothingElse() throws Exception {
        database.fold();
        database.commit("INSERT INTO t VALUES (1, 'a'), (2, randomblob(9000))");
        database.capture().backfill();
        database.commit("DELETE FROM t WHERE id = 2");
        database.commit("INSERT INTO t VALUES (3, 'not durable')");
        database.journal.removeLast();

        database.crashAndRecover();

        assertThat(database.number("SELECT sum(id) FROM t")).isEqualTo(1);
        isTheJournalsCopyAfterAFold();
    }

    @Test
    void aCrashOfADatabaseThatWasNeverFoldedLosesNothing() throws Exception {
        database.commit("INSERT INTO t VALUES (1, randomblob(9000))");
        database.capture().backfill();
        database.crashAndRecover();
        assertThat(database.number("SELECT count(*) FROM t")).isEqualTo(1);
        isTheJournalsCopyAfterAFold();
    }

    @Test
    void theCommitAfterwardsCanBeTakenBack() throws Exception {
        database.commit("INSERT INTO t VALUES (1, 'kept')");
        database.capture().backfill();
        var mark = database.capture().mark();
        database.commit("INSERT INTO t VALUES (2, 'lost')");
        database.commit("DROP TABLE t");
        database.journal.removeLast();
        database.journal.removeLast();

        database.capture().undo(mark);

        assertThat(database.number("SELECT count(*) FROM t")).isEqualTo(1);
        assertThat(database.capture().isFolded()).isFalse();
        database.commit("INSERT INTO t VALUES (3, 'after')");
        isTheJournalsCopyAfterAFold();
    }

    @Test
    void aFlippedBitInTheWalIsFoundBeforeItGetsIntoTheFile() throws Exception {
        database.fold();
        database.commit("INSERT INTO t VALUES (1, randomblob(3000))");
        var before = Files.readAllBytes(database.file);
        try (var raw = new RandomAccessFile(wal().toFile(), "rw")) {
            int at = WalFile.HEADER_BYTES + WalFile.FRAME_HEADER_BYTES + 700;
            raw.seek(at);
            int bits = raw.read();
            raw.seek(at);
            raw.write(bits ^ 4);
        }
        isQuarantined("offset 32: frame damaged");
        assertThat(Files.readAllBytes(database.file)).isEqualTo(before);
    }

    @Test
    void aFileThatSomebodyElseWroteIsNotWrittenOver() throws Exception {
        database.fold();
        database.commit("INSERT INTO t VALUES (1, 'a')");
        database.capture().backfill();
        database.commit("INSERT INTO t VALUES (2, 'b')");
        Files.setLastModifiedTime(
                database.file, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
        isQuarantined("written by somebody else while it was open");
    }

    private void isQuarantined(String why) {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> database.capture().backfill())
                .matches(failure -> failure.reason() == Reason.INSTANCE_QUARANTINED)
                .withMessageContaining(why);
    }

    private void isTheJournalsCopyAfterAFold() throws Exception {
        database.fold();
        assertThat(database.differsFromJournalAt(folder)).isEqualTo(-1);
    }

    private Path wal() {
        return folder.resolve("i.sqlite-wal");
    }
}
