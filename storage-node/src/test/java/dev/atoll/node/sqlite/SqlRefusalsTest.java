package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not for callers, in every spelling; the same in Query and Mutate. */
class SqlRefusalsTest {
    private TestDatabase database;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = TestDatabase.in(folder);
        database.execute("CREATE TABLE t (a)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "BEGIN | a Mutate is one transaction",
                "BEGIN IMMEDIATE | a Mutate is one transaction",
                "COMMIT | a Mutate is one transaction",
                "END | a Mutate is one transaction",
                "ROLLBACK | a Mutate is one transaction",
                "SAVEPOINT s | a Mutate is one transaction",
                "RELEASE s | a Mutate is one transaction",
                "ATTACH 'x' AS y | call each instance",
                "ATTACH ':memory:' AS y | call each instance",
                "DETACH y | call each instance",
                "VACUUM | CompactInstance",
                "VACUUM main | CompactInstance",
                "VACUUM INTO '/tmp/stolen' | ExportInstance",
                "CREATE TEMP TABLE x (a) | ordinary table",
                "CREATE TEMPORARY VIEW x AS SELECT 1 | ordinary table",
                "CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END | ordinary table",
                "CREATE TABLE temp.x (a) | ordinary table",
                "CREATE TABLE [TEMP].x (a) | ordinary table",
                "SELECT load_extension('x') | the functions of the node",
                "SELECT \"LOAD_extension\" /**/ ('x') | the functions of the node",
                "SELECT [load_extension]('x', 'y') | the functions of the node",
                "CREATE VIEW v AS SELECT load_extension('x') | the functions of the node",
                "SELECT replicate('x', 1000000000) | use replace",
                "SELECT fts3_tokenizer('simple') | fts5"
            })
    void refusesWithAnAlternative(String sql, String instead) {
        assertThat(database.refused(Reason.STATEMENT_NOT_ALLOWED, sql).message()).contains(instead);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/**/BEGIN",
                "-- x\nbEgIn",
                "\uFEFFBEGIN",
                ";BEGIN",
                "; ;\t/* ; */ BEGIN;",
                " \u000bBEGIN",
                "EXPLAIN BEGIN",
                "EXPLAIN QUERY PLAN BEGIN",
                "explain/**/ATTACH 'x' AS y",
                "EXPLAIN VACUUM",
                "vacuum;--",
                "EXPLAIN PRAGMA journal_mode=DELETE",
                "PRAGMA main.journal_mode=DELETE",
                "PRAGMA \"journal_mode\"=DELETE",
                "PRAGMA 'journal_mode'(DELETE)",
                "PRAGMA `main`.[journal_mode]",
                "PRAGMA temp.table_info(t)"
            })
    void refusesEverySpelling(String sql) {
        if (sql.startsWith(" \u000b")) {
            assertThat(Tokenizer.tokens(sql)).hasSize(1);
        }
        database.refused(Reason.STATEMENT_NOT_ALLOWED, sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "journal_mode",
                "locking_mode",
                "synchronous",
                "page_size",
                "wal_checkpoint",
                "mmap_size",
                "writable_schema",
                "cache_size",
                "foreign_keys",
                "query_only",
                "database_list",
                "max_page_count",
                "temp_store_directory",
                "recursive_triggers",
                "no_such_pragma"
            })
    void refusesPragmasOfTheNode(String pragma) {
        for (var form :
                List.of("PRAGMA %s", "PRAGMA %s=1", "PRAGMA %s(1)", "EXPLAIN PRAGMA %s=0")) {
            database.refused(Reason.STATEMENT_NOT_ALLOWED, form.formatted(pragma));
        }
        database.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)");
        database.execute("CREATE TABLE child (p REFERENCES parent)");
        TestDatabase.failure(
                Reason.CONSTRAINT_VIOLATION,
                () -> database.execute("INSERT INTO child VALUES (1)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA table_info(t)",
                "PRAGMA table_xinfo('t')",
                "PRAGMA main.table_list",
                "PRAGMA index_list(t)",
                "PRAGMA index_info(i)",
                "PRAGMA index_xinfo(i)",
                "PRAGMA foreign_key_list(t)",
                "PRAGMA foreign_key_check",
                "PRAGMA quick_check",
                "PRAGMA integrity_check(10)",
                "PRAGMA user_version",
                "PRAGMA defer_foreign_keys",
                "EXPLAIN PRAGMA table_info(t)",
                "SELECT * FROM pragma_table_info('t')",
                "SELECT m.name, p.name FROM sqlite_schema m, pragma_table_info(m.name) p",
                "SELECT * FROM sqlite_schema"
            })
    void allowsPragmasThatDescribe(String sql) {
        database.execute("CREATE INDEX i ON t (a)");
        assertThatCode(() -> database.query(sql)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE _atoll (a)",
                "CREATE TABLE _ATOLL_x (a)",
                "CREATE TABLE \"_atoll_x\" (a)",
                "CREATE TABLE [_atoll_x] (a)",
                "CREATE TABLE '_atoll_x' (a)",
                "CREATE TABLE `_Atoll_x` (a)",
                "CREATE TABLE main._atoll_x (a)",
                "CREATE INDEX _atoll_i ON t (a)",
                "CREATE INDEX i ON _atoll_meta (format)",
                "CREATE VIEW v AS SELECT * FROM _atoll_meta",
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM _atoll_request; END",
                "CREATE TRIGGER g AFTER UPDATE ON _atoll_meta BEGIN SELECT 1; END",
                "SELECT * FROM _atoll_meta",
                "SELECT _atoll_matches('a', 'a')",
                "SELECT \"_atoll_matches\"('a', 'a')",
                "SELECT * FROM '_atoll_meta'",
                "SELECT * FROM main.\"_ATOLL_META\"",
                "SELECT (SELECT count(*) FROM [_atoll_request])",
                "WITH x AS (SELECT * FROM _atoll_meta) SELECT * FROM x",
                "WITH _atoll_x AS (SELECT 1) SELECT * FROM _atoll_x",
                "UPDATE _atoll_meta SET commit_number = 7",
                "INSERT INTO _atoll_meta DEFAULT VALUES",
                "DELETE FROM _atoll_request",
                "DROP TABLE _atoll_meta",
                "ALTER TABLE t RENAME TO _atoll_t",
                "ALTER TABLE t RENAME COLUMN a TO _atoll_a",
                "ALTER TABLE _atoll_meta RENAME TO mine",
                "CREATE VIRTUAL TABLE f USING fts5(a, content=_atoll_meta)",
                "CREATE VIRTUAL TABLE f USING fts5(a, content='_atoll_meta')",
                "CREATE VIRTUAL TABLE f USING fts5(a, 'content=_atoll_meta')",
                "CREATE VIRTUAL TABLE f USING fts5(a, \"content = [_atoll_meta]\")",
                "CREATE VIRTUAL TABLE _atoll USING fts5(a)",
                "PRAGMA table_info(_atoll_meta)",
                "PRAGMA table_info('_atoll_meta')",
                "SELECT * FROM pragma_table_info('_atoll_meta')",
                "SELECT * FROM pragma_index_list('_atoll_request')",
                "EXPLAIN SELECT * FROM _atoll_meta",
                "ANALYZE _atoll_meta",
                "REINDEX _atoll_meta"
            })
    void refusesReservedNames(String sql) {
        var refusal = database.refused(Reason.STATEMENT_NOT_ALLOWED, sql);
        assertThat(refusal.message()).contains("names that begin with _atoll");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM pragma_optimize",
                "SELECT * FROM \"pragma_database_list\"",
                "SELECT file FROM PRAGMA_DATABASE_LIST"
            })
    void refusesFunctionsOfForbiddenPragmas(String sql) {
        database.refused(Reason.STATEMENT_NOT_ALLOWED, sql);
    }

    @Test
    void reservesTheBeginningOfANameOnly() {
        assertThat(database.rows("SELECT 'x_atoll', 'atoll_x' AS my_atoll"))
                .containsExactly(List.of("x_atoll", "atoll_x"));
        database.execute("INSERT INTO t VALUES (?)", SqlValue.of("_atoll_as_data"));
        assertThat(database.rows("SELECT a FROM t")).containsExactly(List.of("_atoll_as_data"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE ft_data SET block = x''",
                "DELETE FROM ft_content",
                "INSERT INTO ft_config VALUES ('x', 1)",
                "DROP TABLE ft_idx",
                "DROP TABLE 'FT_docsize'",
                "ALTER TABLE ft_data ADD COLUMN x",
                "ALTER TABLE ft_data RENAME TO mine",
                "CREATE INDEX mine ON ft_content (c0)",
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM ft_data; END",
                "UPDATE places_node SET data = x''"
            })
    void refusesToWriteShadowTables(String sql) {
        database.execute("CREATE VIRTUAL TABLE ft USING fts5(body)");
        database.execute("CREATE VIRTUAL TABLE places USING rtree(id, x0, x1)");
        database.execute("INSERT INTO ft VALUES ('one two')");
        database.refused(Reason.STATEMENT_NOT_ALLOWED, sql);
        assertThat(database.rows("SELECT body FROM ft WHERE ft MATCH 'two'"))
                .containsExactly(List.of("one two"));
        assertThat(database.rows("SELECT count(*) FROM ft_content")).containsExactly(List.of(1L));
    }

    @Test
    void refusesATriggerMadeBeforeTheShadowTableItWrites() {
        database.execute("CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM ft_content; END");
        database.execute("CREATE VIRTUAL TABLE ft USING fts5(body)");
        database.execute("INSERT INTO ft VALUES ('one')");
        TestDatabase.failure(
                Reason.STATEMENT_NOT_ALLOWED, () -> database.execute("INSERT INTO t VALUES (1)"));
        assertThat(database.rows("SELECT count(*) FROM ft_content")).containsExactly(List.of(1L));
    }

    @Test
    void checksAgainWhenTheSchemaHasChanged() {
        database.execute("CREATE TABLE ft_content (a)");
        database.execute("INSERT INTO ft_content VALUES (1)");
        database.execute("DROP TABLE ft_content");
        database.execute("CREATE VIRTUAL TABLE ft USING fts5(a)");
        database.refused(Reason.STATEMENT_NOT_ALLOWED, "INSERT INTO ft_content VALUES (1, 2)");
        database.execute("DROP TABLE ft");
        database.execute("CREATE TABLE ft_content (a)");
        assertThat(database.execute("INSERT INTO ft_content VALUES (1)").changes()).isEqualTo(1);
    }

    @Test
    void checksAgainWhenASchemaChangeWasUndone() {
        database.execute("CREATE TABLE v (a)");
        database.execute("INSERT INTO v VALUES (1)");
        assertThat(database.rows("SELECT * FROM v")).containsExactly(List.of(1L));
        TestDatabase.failure(
                Reason.SQL_ERROR,
                () ->
                        database.executeAll(
                                "DROP TABLE v",
                                "CREATE VIEW v AS SELECT 2",
                                "SELECT * FROM v",
                                "SELECT * FROM missing"));
        assertThat(database.rows("SELECT * FROM v")).containsExactly(List.of(1L));
    }

    @Test
    void analyzesEverythingWithoutHarm() {
        database.execute("ANALYZE");
        database.execute("REINDEX");
        database.execute("PRAGMA optimize");
        assertThat(database.rows("PRAGMA integrity_check")).containsExactly(List.of("ok"));
    }
}
