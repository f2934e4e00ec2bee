package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static dev.atoll.system.harness.Sql.write;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.PERMISSION_DENIED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.SharedCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SQL through a router: what is refused, in any spelling. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class SqlRefusedIT {
    private final InstanceHandle instance = SharedCluster.client().fresh();

    @BeforeAll
    void create() {
        instance.having(
                "CREATE TABLE t(a INTEGER PRIMARY KEY, b)",
                "INSERT INTO t VALUES (1, 'one')",
                "CREATE TABLE parent(id INTEGER PRIMARY KEY)",
                "CREATE TABLE child(id INTEGER PRIMARY KEY, parent REFERENCES parent)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ATTACH 'other.db' AS other | ATTACH",
                "DETACH other | DETACH",
                "VACUUM | CompactInstance",
                "VACUUM INTO 'copy.db' | VACUUM",
                "VACUUM main INTO 'copy.db' | CompactInstance",
                "BEGIN | Mutate",
                "BEGIN IMMEDIATE | Mutate",
                "COMMIT | Mutate",
                "END | Mutate",
                "ROLLBACK | Mutate",
                "SAVEPOINT s | Mutate",
                "RELEASE s | Mutate",
                "ROLLBACK TO s | Mutate",
                "CREATE TEMP TABLE x(a) | TEMP",
                "CREATE TEMPORARY VIEW x AS SELECT 1 | TEMP",
                "SELECT load_extension('x') | load_extension",
            })
    void refusedStatementsSayWhatToUseInstead(String text, String says) {
        instance.refusedQuery(text)
                .is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED")
                .saying(says)
                .with("operation", "0");
        instance.refusedMutate(text).is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED").saying(says);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-- first\nATTACH 'x' AS y",
                "/**/BEGIN",
                "/* a /* b */BEGIN",
                "bEgIn",
                "  \t\n;COMMIT",
                "EXPLAIN ATTACH 'x' AS y",
                "EXPLAIN QUERY PLAN ATTACH 'x' AS y",
                "explain/**/begin",
                "\uFEFFBEGIN",
                "CREATE TABLE temp.x(a)",
                "CREATE TABLE \"temp\".x(a)",
                "CREATE TABLE [TEMP].x(a)",
                "SELECT \"load_extension\"('x')",
                "SELECT [load_extension]('x')",
                "SELECT LOAD_EXTENSION('x')",
                "SELECT `load_extension`('x')",
                "VACUUM;",
                "/* x */ vacuum into 'y'",
            })
    void anySpellingIsRefused(String text) {
        instance.refusedQuery(text).is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED");
        instance.refusedMutate(text).is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA journal_mode",
                "PRAGMA journal_mode=DELETE",
                "PRAGMA locking_mode=NORMAL",
                "PRAGMA synchronous=OFF",
                "PRAGMA page_size=512",
                "PRAGMA wal_checkpoint",
                "PRAGMA wal_checkpoint(TRUNCATE)",
                "PRAGMA mmap_size=1000000",
                "PRAGMA writable_schema=ON",
                "PRAGMA cache_size=1000000",
                "PRAGMA foreign_keys=OFF",
                "PRAGMA main.journal_mode",
                "PRAGMA \"journal_mode\"",
                "PRAGMA [foreign_keys]=0",
                "pragma/**/Foreign_Keys(0)",
                "EXPLAIN PRAGMA foreign_keys=OFF",
                "EXPLAIN QUERY PLAN PRAGMA journal_mode=DELETE",
                "SELECT * FROM pragma_journal_mode",
                "PRAGMA trusted_schema=ON",
                "PRAGMA temp_store_directory='/'",
                "PRAGMA no_such_pragma",
            })
    void otherPragmasAreRefused(String text) {
        instance.refusedQuery(text).is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED");
        instance.refusedMutate(text).is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED");
    }

    @Test
    void orphanIsNotPossible() {
        instance.refusedMutate("EXPLAIN PRAGMA foreign_keys=OFF")
                .is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED");

        instance.refusedMutate("INSERT INTO child VALUES (1, 99)")
                .is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA table_info(t)",
                "PRAGMA table_info('t')",
                "PRAGMA table_xinfo(t)",
                "PRAGMA table_list",
                "PRAGMA index_list(t)",
                "PRAGMA index_info(t)",
                "PRAGMA index_xinfo(t)",
                "PRAGMA foreign_key_list(child)",
                "PRAGMA foreign_key_check",
                "PRAGMA quick_check",
                "PRAGMA integrity_check",
                "PRAGMA user_version",
                "SELECT * FROM pragma_table_info('t')",
            })
    void readingPragmasAreAllowed(String text) {
        assertThatCode(() -> instance.query(text)).doesNotThrowAnyException();
        assertThatCode(() -> instance.mutate(text)).doesNotThrowAnyException();
    }

    @Test
    void writingPragmasAreAllowedInMutate() {
        instance.mutate(
                write("PRAGMA optimize"),
                write("PRAGMA user_version=7"),
                write("PRAGMA defer_foreign_keys=ON"));

        assertThat(instance.rows("PRAGMA user_version")).containsExactly(row(7));
        assertThat(instance.rows("PRAGMA integrity_check")).containsExactly(row("ok"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE _atoll(a)",
                "CREATE TABLE _atoll_x(a)",
                "CREATE TABLE _ATOLL_x(a)",
                "CREATE TABLE \"_atoll_x\"(a)",
                "CREATE TABLE [_atoll_x](a)",
                "CREATE TABLE `_atoll_x`(a)",
                "CREATE TABLE '_atoll_x'(a)",
                "CREATE TABLE main._atoll_x(a)",
                "CREATE VIEW _atoll_v AS SELECT 1",
                "CREATE INDEX _atoll_i ON t(a)",
                "CREATE TRIGGER _atoll_t AFTER INSERT ON t BEGIN SELECT 1; END",
                "CREATE VIRTUAL TABLE _atoll USING fts5(a)",
                "ALTER TABLE t RENAME TO _atoll_x",
                "DROP TABLE _atoll_meta",
                "DROP TABLE \"_ATOLL_META\"",
                "DELETE FROM _atoll_meta",
                "UPDATE [_atoll_meta] SET rowid = 1",
                "SELECT * FROM _atoll_meta",
                "SELECT * FROM \"_atoll_meta\"",
                "SELECT * FROM main . '_atoll_meta'",
                "SELECT * FROM (SELECT * FROM `_Atoll_Meta`)",
                "WITH m AS (SELECT * FROM _atoll_meta) SELECT * FROM m",
                "CREATE VIEW v AS SELECT * FROM _atoll_meta",
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM _atoll_meta; END",
                "CREATE VIRTUAL TABLE f USING fts5(a, content=_atoll_meta)",
                "CREATE VIRTUAL TABLE f USING fts5(a, content='_atoll_meta')",
                "SELECT * FROM pragma_table_info('_atoll_meta')",
                "PRAGMA table_info(_atoll_meta)",
                "PRAGMA table_info('_atoll_meta')",
            })
    void reservedNamesAreRefusedInAnyQuoting(String text) {
        instance.refusedMutate(text)
                .is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED")
                .saying("_atoll");
        instance.refusedQuery(text).is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED");
    }

    @Test
    void schemaMayShowReservedNamesAndIsNotWritable() {
        assertThat(instance.rows("SELECT count(*) FROM sqlite_schema WHERE name LIKE ?", "_atoll%"))
                .hasSize(1);
        assertThatCode(() -> instance.query("PRAGMA table_list")).doesNotThrowAnyException();

        assertThat(instance.refusedMutate("DELETE FROM sqlite_schema").reason())
                .isIn("SQL_ERROR", "STATEMENT_NOT_ALLOWED");
    }

    @Test
    void textWithANulIsRefusedWholeInsteadOfCut() {
        instance.refusedQuery("SELECT 1\0; DROP TABLE a").is(INVALID_ARGUMENT, "SQL_ERROR");
        instance.refusedMutate("CREATE TABLE n(a) \0").is(INVALID_ARGUMENT, "SQL_ERROR");
    }

    @Test
    void textsThatOnlyMentionForbiddenWordsAreFine() {
        assertThat(instance.rows("SELECT 'ATTACH', ? AS \"begin\", 'VACUUM' -- BEGIN", "_atoll"))
                .containsExactly(row("ATTACH", "_atoll", "VACUUM"));
    }

    @Test
    void fullTextShadowTablesCannotBeWritten() {
        instance.having("CREATE VIRTUAL TABLE ft USING fts5(body)");

        assertThat(instance.refusedMutate("DELETE FROM ft_data").reason())
                .isIn("SQL_ERROR", "STATEMENT_NOT_ALLOWED");
    }
}
