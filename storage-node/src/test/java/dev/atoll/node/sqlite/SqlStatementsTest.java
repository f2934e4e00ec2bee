package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One statement a call, reads apart from writes, constraints, and all or nothing. */
class SqlStatementsTest {
    private TestDatabase database;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = TestDatabase.in(folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ";",
                " ; ;",
                "-- all",
                "/* all */",
                "/* open",
                "\uFEFF",
                "--\n;/**/"
            })
    void refusesEmptyStatements(String sql) {
        database.refused(Reason.EMPTY_STATEMENT, sql);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0SELECT 1", "SELECT 1\0; SELECT 2", "SELECT 1\0", "SELECT 'a\0b'"})
    void refusesTextWithANulInsteadOfCuttingIt(String sql) {
        database.refused(Reason.SQL_ERROR, sql);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 1; -- done", ";;SELECT 1", "\uFEFFSELECT 1;;", "SELECT 1;/*"})
    void runsOneStatement(String sql) {
        if (sql.endsWith("/*")) {
            // At the very end this is a slash and an asterisk, not a comment.
            database.refused(Reason.MULTIPLE_STATEMENTS, sql);
        } else {
            assertThat(database.rows(sql)).containsExactly(List.of(1L));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1; SELECT 2",
                "SELECT 1;x",
                "SELECT ';'; SELECT 2",
                "SELECT 1; ATTACH 'x' AS y",
                "CREATE TABLE t (a); CREATE TABLE u (a)",
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; SELECT 1",
                "EXPLAIN SELECT 1; SELECT 2"
            })
    void refusesMultipleStatements(String sql) {
        database.refused(Reason.MULTIPLE_STATEMENTS, sql);
    }

    @Test
    void takesATriggerForOneStatement() {
        database.execute("CREATE TABLE t (a)");
        database.execute(
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN a > 1 THEN 1"
                        + " ELSE a END; DELETE FROM t WHERE a < 0; END;");
        database.execute("INSERT INTO t VALUES (7), (-1)");
        assertThat(database.rows("SELECT a FROM t")).containsExactly(List.of(1L));
    }

    @Test
    void givesSqlitesTextAndPosition() {
        var semicolon = database.refused(Reason.SQL_ERROR, "SELECT ;");
        assertThat(semicolon.message()).isEqualTo("near \";\": syntax error");
        assertThat(semicolon.details()).containsEntry("position", "7");
        var missing = database.refused(Reason.SQL_ERROR, "SELECT * FROM missing");
        assertThat(missing.message()).isEqualTo("no such table: missing");
        assertThat(missing.details()).containsEntry("position", "14");
        var twice = database.refused(Reason.SQL_ERROR, "SELECT missing.a FROM missing");
        assertThat(twice.details()).doesNotContainKey("position");
        var open = database.refused(Reason.SQL_ERROR, "SELECT 'x");
        assertThat(open.message()).isEqualTo("unrecognized token: \"'x\"");
        var word = database.refused(Reason.SQL_ERROR, "/*\uD83C\uDFDD*/ HELLO world");
        assertThat(word.message()).isEqualTo("near \"HELLO\": syntax error");
        assertThat(word.details()).containsEntry("position", "6");
        assertThat(database.refused(Reason.SQL_ERROR, "EXPLAIN").message())
                .isEqualTo("incomplete input");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES (1)",
                "INSERT INTO t VALUES (1) RETURNING a",
                "REPLACE INTO t VALUES (1)",
                "WITH x AS (SELECT 1) DELETE FROM t WHERE a IN (SELECT * FROM x)",
                "WITH x(y) AS (SELECT 1), replace AS (SELECT 2) INSERT INTO t SELECT y FROM x",
                "UPDATE t SET a = 1",
                "CREATE TABLE IF NOT EXISTS t (a)",
                "DROP TABLE IF EXISTS absent",
                "ALTER TABLE t ADD COLUMN b",
                "ANALYZE",
                "REINDEX",
                "PRAGMA optimize",
                "PRAGMA user_version=3",
                "PRAGMA user_version(3)",
                "PRAGMA main . 'user_version' = 3",
                "PRAGMA defer_foreign_keys=ON",
                "EXPLAIN PRAGMA user_version=3"
            })
    void refusesToWriteInAQuery(String sql) {
        database.execute("CREATE TABLE t (a)");
        failure(Reason.READ_ONLY, () -> database.query(sql));
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
        assertThat(database.rows("PRAGMA user_version")).containsExactly(List.of(0L));
        database.execute(sql);
    }

    @Test
    void explainsAWriteWithoutRunningIt() {
        database.execute("CREATE TABLE t (a)");
        assertThat(database.rows("EXPLAIN INSERT INTO t VALUES (1)")).isNotEmpty();
        assertThat(database.rows("EXPLAIN QUERY PLAN DELETE FROM t WHERE rowid = 1")).isNotEmpty();
        var explained = database.execute("EXPLAIN INSERT INTO t VALUES (?)", SqlValue.of(1));
        assertThat(explained.changes()).isZero();
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
    }

    @Test
    void runsAWriteAgainAfterItWasRefusedInAQuery() {
        database.execute("CREATE TABLE t (a)");
        var insert = "INSERT INTO t VALUES (1)";
        for (int i = 0; i < 3; i++) {
            database.execute(insert);
            failure(Reason.READ_ONLY, () -> database.query(insert));
        }
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(3L));
    }

    @Test
    void namesTableAndColumnOfAUniqueViolation() {
        database.executeAll(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b, c, UNIQUE (b, c))",
                "CREATE TABLE words (word)",
                "CREATE UNIQUE INDEX lower_word ON words (lower(word))",
                "INSERT INTO words VALUES ('x')",
                "INSERT INTO t VALUES (1, 'x', 1, 2)");
        var key =
                failure(
                        Reason.UNIQUE_VIOLATION,
                        () -> database.execute("INSERT INTO t VALUES (1, 'y', 3, 4)"));
        assertThat(key.message()).isEqualTo("UNIQUE constraint failed: t.id");
        assertThat(key.details()).containsEntry("table", "t").containsEntry("columns", "id");
        var column =
                failure(
                        Reason.UNIQUE_VIOLATION,
                        () -> database.execute("INSERT INTO t VALUES (2, 'x', 3, 4)"));
        assertThat(column.details()).containsEntry("columns", "a");
        var pair =
                failure(
                        Reason.UNIQUE_VIOLATION,
                        () -> database.execute("INSERT INTO t VALUES (2, 'y', 1, 2)"));
        assertThat(pair.details()).containsEntry("columns", "b, c");
        var index =
                failure(
                        Reason.UNIQUE_VIOLATION,
                        () -> database.execute("INSERT INTO words VALUES ('X')"));
        assertThat(index.details()).containsEntry("index", "lower_word");
    }

    @Test
    void namesOtherConstraints() {
        database.executeAll(
                "CREATE TABLE t (a NOT NULL, b CHECK (b > 0), c REFERENCES p)",
                "CREATE TABLE p (id INTEGER PRIMARY KEY)",
                "CREATE TABLE s (a INTEGER) STRICT",
                "CREATE TRIGGER g BEFORE DELETE ON p BEGIN SELECT RAISE(ABORT, 'kept'); END",
                "INSERT INTO p VALUES (1)");
        var notNull = violation("INSERT INTO t (a) VALUES (NULL)");
        assertThat(notNull.details())
                .containsEntry("constraint", "NOT NULL")
                .containsEntry("table", "t")
                .containsEntry("columns", "a");
        assertThat(violation("INSERT INTO t (a, b) VALUES (1, -1)").details())
                .containsEntry("constraint", "CHECK")
                .containsEntry("check", "b > 0");
        assertThat(violation("INSERT INTO t (a, c) VALUES (1, 77)").message())
                .isEqualTo("FOREIGN KEY constraint failed");
        assertThat(violation("INSERT INTO s VALUES ('x')").message())
                .isEqualTo("cannot store TEXT value in INTEGER column s.a");
        assertThat(violation("INSERT INTO p VALUES ('x')").message())
                .isEqualTo("datatype mismatch");
        assertThat(violation("DELETE FROM p").message()).isEqualTo("kept");
    }

    private dev.atoll.wire.Failure violation(String sql) {
        return failure(Reason.CONSTRAINT_VIOLATION, () -> database.execute(sql));
    }

    @Test
    void storesNothingWhenOneFails() {
        database.execute("CREATE TABLE t (a UNIQUE)");
        long commit = database.database().commit();
        failure(
                Reason.UNIQUE_VIOLATION,
                () ->
                        database.executeAll(
                                "INSERT INTO t VALUES (1)",
                                "INSERT INTO t VALUES (2)",
                                "INSERT INTO t VALUES (1)"));
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
        assertThat(database.database().commit()).isEqualTo(commit);
    }

    @Test
    void undoesTheSchemaToo() {
        failure(
                Reason.SQL_ERROR,
                () ->
                        database.executeAll(
                                "CREATE TABLE t (a)",
                                "INSERT INTO t VALUES (1)",
                                "SELECT * FROM missing"));
        database.refused(Reason.SQL_ERROR, "SELECT * FROM t");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT OR ROLLBACK INTO t VALUES (1)",
                "INSERT INTO raising VALUES (1)",
                "SELECT * FROM missing"
            })
    void runsNothingAfterAnError(String failing) {
        database.executeAll(
                "CREATE TABLE t (a UNIQUE)",
                "CREATE TABLE raising (a)",
                "CREATE TRIGGER g BEFORE INSERT ON raising BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
                "INSERT INTO t VALUES (1)");
        // Work that goes on after a failure must not write outside of its transaction.
        failure(
                failing.startsWith("INSERT OR")
                        ? Reason.UNIQUE_VIOLATION
                        : failing.startsWith("INSERT")
                                ? Reason.CONSTRAINT_VIOLATION
                                : Reason.SQL_ERROR,
                () ->
                        database.write(
                                transaction -> {
                                    transaction.execute(SqlCall.of("INSERT INTO t VALUES (2)"));
                                    try {
                                        transaction.execute(SqlCall.of(failing));
                                    } catch (dev.atoll.wire.Failure e) {
                                        assertThat(e).isNotNull();
                                    }
                                    try {
                                        transaction.execute(SqlCall.of("INSERT INTO t VALUES (3)"));
                                    } catch (dev.atoll.wire.Failure e) {
                                        assertThat(e).isNotNull();
                                    }
                                    return 0;
                                }));
        assertThat(database.rows("SELECT a FROM t")).containsExactly(List.of(1L));
        assertThat(database.database().broken()).isEmpty();
        database.execute("INSERT INTO t VALUES (4)");
    }

    @Test
    void defersForeignKeysToTheEndOfTheTransaction() {
        database.executeAll(
                "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
                "CREATE TABLE child (parent REFERENCES parent)");
        database.executeAll(
                "PRAGMA defer_foreign_keys=ON",
                "INSERT INTO child VALUES (1)",
                "INSERT INTO parent VALUES (1)");
        var orphan =
                failure(
                        Reason.CONSTRAINT_VIOLATION,
                        () ->
                                database.executeAll(
                                        "PRAGMA defer_foreign_keys=ON",
                                        "INSERT INTO child VALUES (2)"));
        assertThat(orphan.message()).isEqualTo("FOREIGN KEY constraint failed");
        assertThat(database.rows("SELECT parent FROM child")).containsExactly(List.of(1L));
        // It holds for one transaction only.
        failure(
                Reason.CONSTRAINT_VIOLATION,
                () ->
                        database.executeAll(
                                "INSERT INTO child VALUES (3)", "INSERT INTO parent VALUES (3)"));
        assertThat(database.rows("PRAGMA foreign_key_check")).isEmpty();
    }

    @Test
    void numbersCommitsThatChangeSomething() {
        assertThat(database.database().commit()).isZero();
        assertThat(database.database().lastCommitAt()).isEmpty();
        database.execute("CREATE TABLE t (a)");
        assertThat(database.database().commit()).isEqualTo(1);
        assertThat(database.database().lastCommitAt()).contains(TestDatabase.START);
        database.execute("UPDATE t SET a = 1");
        database.execute("CREATE TABLE IF NOT EXISTS t (a)");
        database.execute("SELECT 1");
        database.query("SELECT 1");
        assertThat(database.database().commit()).isEqualTo(1);
        database.execute("INSERT INTO t VALUES (1)");
        assertThat(database.database().commit()).isEqualTo(2);
        database.execute("PRAGMA user_version = 9");
        assertThat(database.database().commit()).isEqualTo(3);
        database.reopen();
        assertThat(database.database().commit()).isEqualTo(3);
        assertThat(database.database().createdAt()).isEqualTo(TestDatabase.START);
        assertThat(database.read(ReadTransaction::commit)).isEqualTo(3);
    }
}
