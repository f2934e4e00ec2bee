package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SQL of files: what can be put into a schema, and what must not. */
class SqlCheckTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a * (1 + tax)",
                "CASE a WHEN 'x''); DROP TABLE t; --' THEN 1 ELSE \"b)\" END",
                "[a)] || `b(` || x'00'",
                "a IN (1, 2, 3)",
            })
    void expressionsStayInTheirParentheses(String sql) {
        assertThat(SqlCheck.expression(sql)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-- a",
                "a) STORED, b INTEGER DEFAULT (1",
                "a)",
                "(a",
                "a; DROP TABLE t",
                "a -- b",
                "a /* b",
                "a /* b */",
                "/**/ a",
                "'a",
                "\"a",
                "?",
                ":a",
                "$a::b(x)",
                "_atoll_matches(a, 'x')",
                "\"_ATOLL_meta\"",
                "a \0 b",
                "a # b",
            })
    void whatWouldLeaveThemIsRefused(String sql) {
        assertThat(SqlCheck.expression(sql)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE t SET a = 1",
                "CREATE TABLE t (a)",
                "ALTER TABLE t RENAME COLUMN a TO b;",
                "CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; END",
            })
    void statementsOfMigrations(String sql) {
        assertThat(SqlCheck.statement(sql)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "UPDATE t SET a = 1; DELETE FROM t",
                "BEGIN",
                "COMMIT",
                "ATTACH 'x' AS y",
                "VACUUM INTO 'x'",
                "PRAGMA user_version = 5",
                "PRAGMA writable_schema = 1",
                "EXPLAIN SELECT 1",
                "DELETE FROM _atoll_meta",
                "UPDATE t SET a = ?",
                "SELECT load_extension('x')",
            })
    void otherStatementsAreRefused(String sql) {
        assertThat(SqlCheck.statement(sql)).isPresent();
    }

    @Test
    void aStoredTableIsTakenApart() {
        var table =
                StoredTable.of(
                        "CREATE TABLE \"t (\"(\"a\" TEXT DEFAULT 'x, y)', [b c] INTEGER CHECK (b IN (0,"
                                + " 1)), `d` , UNIQUE (a, b)) STRICT, WITHOUT ROWID");
        assertThat(table.columns())
                .containsExactly(
                        new StoredTable.Column("a", "TEXT DEFAULT 'x, y)'"),
                        new StoredTable.Column("b c", "INTEGER CHECK ( b IN ( 0 , 1 ) )"),
                        new StoredTable.Column("d", ""));
        assertThat(table.constraints()).containsExactly("UNIQUE ( a , b )");
        assertThat(table.options()).isEqualTo("STRICT , WITHOUT ROWID");
        assertThat(table.find("A").orElseThrow().says("DEFAULT")).isTrue();
    }

    @Test
    void aScratchDatabaseEndsWhatDoesNotEnd() {
        try (var scratch = ScratchDatabase.open()) {
            assertThat(
                            scratch.run(
                                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                                            + " SELECT count(*) FROM n"))
                    .contains("does not end on an empty database");
            assertThat(scratch.run("CREATE TABLE t (a) STRICT"))
                    .contains("missing datatype for t.a");
            assertThat(scratch.run("SELECT 1")).isEmpty();
            assertThat(scratch.query("SELECT ?", List.of(SqlValue.of(5))))
                    .containsExactly(List.of(SqlValue.of(5)));
        }
    }

    @Test
    void scratchDatabasesAreApart() {
        try (var one = ScratchDatabase.open();
                var two = ScratchDatabase.open()) {
            one.runAll(List.of("CREATE TABLE t (a)"));
            assertThat(two.run("SELECT * FROM t")).contains("no such table: t");
        }
    }
}
