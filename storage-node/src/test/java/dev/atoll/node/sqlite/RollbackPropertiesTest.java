package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A transaction that fails leaves nothing, whatever it did before. */
class RollbackPropertiesTest {
    private static final List<String> DUMP =
            List.of(
                    "SELECT type, name, sql FROM sqlite_schema ORDER BY name",
                    "SELECT rowid, a, b FROM t ORDER BY rowid",
                    "SELECT rowid, * FROM ft ORDER BY rowid",
                    "PRAGMA user_version",
                    "PRAGMA integrity_check");

    @Provide
    Arbitrary<List<String>> statements() {
        return Arbitraries.of(
                        "INSERT INTO t (a, b) VALUES (1, 'x')",
                        "INSERT INTO t (a, b) SELECT rowid, b FROM t",
                        "INSERT OR IGNORE INTO t VALUES (1, 'y')",
                        "REPLACE INTO t VALUES (2, 'z')",
                        "UPDATE t SET a = a + 10",
                        "DELETE FROM t WHERE a % 2",
                        "CREATE TABLE IF NOT EXISTS u (a)",
                        "DROP TABLE IF EXISTS u",
                        "ALTER TABLE t ADD COLUMN c",
                        "CREATE INDEX IF NOT EXISTS i ON t (b)",
                        "INSERT INTO ft SELECT b FROM t",
                        "DELETE FROM ft",
                        "PRAGMA user_version=7",
                        "SELECT * FROM t",
                        "ANALYZE")
                .list()
                .ofMaxSize(10);
    }

    @Provide
    Arbitrary<String> failing() {
        return Arbitraries.of(
                "SELECT * FROM missing",
                "INSERT INTO t VALUES (5, 'v'), (5, 'v')",
                "INSERT OR ROLLBACK INTO t VALUES (5, 'v'), (5, 'v')",
                "INSERT OR FAIL INTO t VALUES (5, 'v'), (5, 'v')",
                "BEGIN",
                "SELECT ?",
                "INSERT INTO t (b) VALUES (zeroblob(100000000))");
    }

    @Property(tries = 60)
    void leavesNothing(
            @ForAll("statements") List<String> first,
            @ForAll("statements") List<String> second,
            @ForAll("failing") String failing)
            throws IOException {
        var folder = Files.createTempDirectory("rollback");
        try (var database = TestDatabase.in(folder)) {
            database.executeAll(
                    "CREATE TABLE t (a INTEGER PRIMARY KEY ON CONFLICT ABORT, b)",
                    "CREATE VIRTUAL TABLE ft USING fts5(x)",
                    "INSERT INTO t VALUES (1, 'one'), (2, 'two')",
                    "INSERT INTO ft VALUES ('islands')");
            run(database, first, "SELECT 1");
            var before = dump(database);
            run(database, second, failing);
            assertThat(dump(database)).isEqualTo(before);
            database.reopen();
            assertThat(dump(database)).isEqualTo(before);
        } finally {
            ClosedDatabase.delete(folder.resolve("alice.sqlite"));
            Files.delete(folder);
        }
    }

    private static void run(TestDatabase database, List<String> statements, String last) {
        try {
            database.write(
                    transaction -> {
                        for (var sql : statements) {
                            transaction.execute(SqlCall.of(sql));
                        }
                        return transaction.execute(SqlCall.of(last));
                    });
        } catch (Failure e) {
            assertThat(database.database().broken()).as(e.message()).isEmpty();
        }
    }

    private static List<Object> dump(TestDatabase database) {
        return List.of(
                database.database().commit(),
                DUMP.stream().map(sql -> database.query(sql).rows()).toList());
    }
}
