package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.ALICE;
import static dev.atoll.node.sqlite.TestDatabase.budget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.node.journal.JournalRecord;
import dev.atoll.wire.Failure;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transaction of reads stays open between them, and is in nobody's way. */
class ReadingTest {
    @TempDir private Path folder;
    private final List<JournalRecord.Commit> journal = new ArrayList<>();
    private InstanceDatabase database;

    @BeforeEach
    void create() {
        database =
                InstanceDatabase.create(
                        file(), ALICE, SqliteLimits.DEFAULT, () -> TestDatabase.START);
        execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        execute("INSERT INTO t VALUES (1, 'a')");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aReadSeesEveryWriteBeforeIt() {
        for (int i = 2; i < 10; i++) {
            assertThat(count()).isEqualTo(i - 1);
            assertThat(count()).isEqualTo(i - 1);
            execute("INSERT INTO t VALUES (" + i + ", 'b')");
        }
    }

    @Test
    void whatAReadWroteAllTheSameComesToNothing() {
        int before = journal.size();
        slip("INSERT INTO t VALUES (2, 'slipped')");
        assertThat(count()).isEqualTo(1);
        slip("CREATE TABLE slipped(a)");
        execute("INSERT INTO t VALUES (3, 'c')");
        slip("DROP TABLE t");
        database.fold();

        assertThat(count()).isEqualTo(2);
        assertThat(number("SELECT count(*) FROM sqlite_schema WHERE name = 'slipped'")).isZero();
        assertThat(journal).hasSize(before + 1);
    }

    @Test
    void aReadInWhichAStatementFailedIsNotGoneOnWith() {
        int before = journal.size();
        assertThatExceptionOfType(Failure.class).isThrownBy(() -> number("SELECT nothing FROM t"));
        database.read(
                budget(),
                tx -> {
                    assertThatExceptionOfType(Failure.class)
                            .isThrownBy(() -> tx.query(SqlCall.of("SELECT nothing FROM t")));
                    return run("ROLLBACK");
                });
        slip("INSERT INTO t VALUES (2, 'slipped')");
        assertThat(count()).isEqualTo(1);
        assertThat(journal).hasSize(before);
    }

    @Test
    void anythingElseGoesOnAfterARead() throws Exception {
        assertThat(count()).isEqualTo(1);
        database.backfill();
        assertThat(count()).isEqualTo(1);
        database.fold();
        assertThat(count()).isEqualTo(1);
        assertThat(database.checkIntegrity(budget())).isEmpty();
        assertThat(count()).isEqualTo(1);
        database.compact(budget(), TestDatabase.sink(journal::add));
        assertThat(count()).isEqualTo(1);
        database.export(budget(), folder.resolve("copy.sqlite"));
        assertThat(count()).isEqualTo(1);
        database.fold();
        assertThat(count()).isEqualTo(1);
        database.close();
        assertThat(folder.resolve("alice.sqlite-wal")).isEmptyFile();

        database =
                InstanceDatabase.open(
                        FoldedFile.read(file()),
                        ALICE,
                        SqliteLimits.DEFAULT,
                        () -> TestDatabase.START);
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void newStatementsRunAfterACompactionThatGaveTablesOtherPages() throws Exception {
        database.compact(budget(), TestDatabase.sink(journal::add));
        for (int i = 0; i < 5; i++) {
            execute("CREATE TABLE t" + i + "(a UNIQUE)");
            execute("INSERT INTO t" + i + " VALUES (1)");
            database.compact(budget(), TestDatabase.sink(journal::add));
            execute("INSERT INTO t" + i + " VALUES (2)");
        }
        assertThat(database.checkIntegrity(budget())).isEmpty();
    }

    private Path file() {
        return folder.resolve("alice.sqlite");
    }

    /** A statement that writes, past all checks, in a transaction that reads. */
    private void slip(String sql) {
        assertThat(database.<Boolean>read(budget(), _ -> run(sql))).isTrue();
    }

    private boolean run(String sql) {
        try {
            database.engine().connection().runOnce(sql);
            return true;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void execute(String sql) {
        database.write(
                budget(), TestDatabase.sink(journal::add), tx -> tx.execute(SqlCall.of(sql)));
    }

    private long count() {
        return number("SELECT count(*) FROM t");
    }

    private long number(String sql) {
        return database.read(
                budget(),
                tx ->
                        tx.query(SqlCall.of(sql)).rows().getFirst().getFirst()
                                        instanceof SqlValue.Integer64(long value)
                                ? value
                                : -1L);
    }
}
