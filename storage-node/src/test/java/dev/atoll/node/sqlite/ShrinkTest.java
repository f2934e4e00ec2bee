package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.Origin;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that gave its memory back is the same to everybody who calls it. */
class ShrinkTest {
    private static final int ROUNDS = 300;

    @TempDir private Path folder;
    private TestDatabase database;

    @BeforeEach
    void open() {
        database = TestDatabase.in(folder);
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
        database.execute("INSERT INTO t VALUES (1, 'one')");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void itAnswersAndRefusesAsBefore() {
        for (int i = 0; i < 3; i++) {
            assertThat(database.rows("SELECT a FROM t")).containsExactly(List.of("one"));
            database.refused(Reason.STATEMENT_NOT_ALLOWED, "SELECT * FROM _atoll_meta");
            failure(Reason.READ_ONLY, () -> database.query("DELETE FROM t"));
            database.database().shrink();
        }
    }

    @Test
    void itSeesAChangeOfTheSchema() {
        database.database().shrink();
        database.execute("ALTER TABLE t ADD COLUMN b DEFAULT 'more'");
        database.database().shrink();
        assertThat(database.rows("SELECT * FROM t")).containsExactly(List.of(1L, "one", "more"));
    }

    @Test
    void aCommitAfterItCanBeTakenBackExactly() {
        var full =
                new CommitSink() {
                    @Override
                    public Origin origin(long timeMicros) {
                        throw Failure.of(Reason.NODE_FULL, "no room");
                    }

                    @Override
                    public void append(JournalRecord.Commit commit) {
                        throw new AssertionError("appended");
                    }
                };
        database.database().shrink();
        failure(
                Reason.NODE_FULL,
                () ->
                        database.database()
                                .write(
                                        TestDatabase.budget(),
                                        full,
                                        t -> t.execute(SqlCall.of("DELETE FROM t"))));
        database.database().shrink();
        assertThat(database.rows("SELECT a FROM t")).containsExactly(List.of("one"));
    }

    @Test
    void itsCommitsAreTakenWhole() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var journal = new ArrayList<JournalRecord.Commit>();
        var file = folder.resolve("own.sqlite");
        try (var own =
                InstanceDatabase.create(
                        file, TestDatabase.ALICE, SqliteLimits.DEFAULT, () -> TestDatabase.START)) {
            write(own, journal, "CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
            for (int round = 0; round < ROUNDS; round++) {
                switch (random.nextInt(5)) {
                    case 0 -> own.shrink();
                    case 1 -> own.fold();
                    case 2 -> write(own, journal, "DELETE FROM t WHERE id % 7 = " + round % 7);
                    default ->
                            write(
                                    own,
                                    journal,
                                    "INSERT INTO t(a) VALUES (randomblob("
                                            + random.nextInt(60_000)
                                            + "))");
                }
            }
            own.fold();
            var copy = Files.createDirectory(folder.resolve("copy")).resolve("own.sqlite");
            ClosedDatabase.redo(
                    copy,
                    new ClosedDatabase.Found(TestDatabase.ALICE.incarnation(), 0, journal),
                    true);
            assertThat(Files.mismatch(file, copy)).as("seed " + seed).isEqualTo(-1);
        }
    }

    private static void write(
            InstanceDatabase database, List<JournalRecord.Commit> journal, String sql) {
        database.write(
                TestDatabase.budget(),
                TestDatabase.sink(journal::add),
                t -> t.execute(SqlCall.of(sql)));
    }
}
