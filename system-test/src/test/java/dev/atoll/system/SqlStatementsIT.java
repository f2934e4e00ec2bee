package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static dev.atoll.system.harness.Sql.rows;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.SharedCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SQL through a router: what counts as one statement, and what a Query may run. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class SqlStatementsIT {
    private final InstanceHandle instance = SharedCluster.client().fresh();

    @BeforeAll
    void create() {
        instance.having(
                "CREATE TABLE t(a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 'one')");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                " \n\t",
                "-- only a comment",
                "/* only a comment */",
                "/* unterminated",
                ";;-- x"
            })
    void textWithoutStatementIsRefused(String text) {
        instance.refusedQuery(text).is(INVALID_ARGUMENT, "EMPTY_STATEMENT").with("operation", "0");
        instance.refusedMutate(text).is(INVALID_ARGUMENT, "EMPTY_STATEMENT").with("operation", "0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1; -- done",
                "SELECT 1;",
                "/* first */ SELECT 1 /* last */ ; ;",
                "\uFEFFSELECT 1"
            })
    void commentsAndSemicolonsAroundOneStatementAreFine(String text) {
        assertThat(instance.rows(text)).containsExactly(row(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"SELECT 1; SELECT 2", "SELECT 1;;SELECT 2", "SELECT 1; /* x */ garbage"})
    void twoStatementsAreRefused(String text) {
        instance.refusedQuery(text).is(INVALID_ARGUMENT, "MULTIPLE_STATEMENTS");
        instance.refusedMutate(text).is(INVALID_ARGUMENT, "MULTIPLE_STATEMENTS");
    }

    @Test
    void createTriggerIsOneStatement() {
        instance.having(
                "CREATE TABLE log(a)",
                "CREATE TRIGGER t_log AFTER INSERT ON t BEGIN"
                        + " INSERT INTO log VALUES (new.a); INSERT INTO log VALUES (-new.a); END",
                "INSERT INTO t VALUES (7, 'seven')");

        assertThat(instance.rows("SELECT a FROM log ORDER BY a")).containsExactly(row(-7), row(7));
    }

    @Test
    void syntaxErrorCarriesTheTextOfSqlite() {
        instance.refusedQuery("SELECT ;")
                .is(INVALID_ARGUMENT, "SQL_ERROR")
                .saying("near \";\": syntax error")
                .with("operation", "0");
    }

    @Test
    void missingTableCarriesTheTextOfSqlite() {
        instance.refusedQuery("SELECT * FROM missing")
                .is(INVALID_ARGUMENT, "SQL_ERROR")
                .saying("no such table: missing");
        instance.refusedMutate("DELETE FROM missing")
                .is(INVALID_ARGUMENT, "SQL_ERROR")
                .saying("no such table: missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES (2, 'two')",
                "INSERT INTO t VALUES (2, 'two') RETURNING a",
                "WITH gone AS (SELECT 1 AS a) DELETE FROM t WHERE a IN (SELECT a FROM gone)",
                "UPDATE t SET b = 'x'",
                "CREATE TABLE u(a)",
                "DROP TABLE t",
                "PRAGMA optimize",
                "PRAGMA user_version=3",
            })
    void writingInQueryIsRefused(String text) {
        instance.refusedQuery(text).is(INVALID_ARGUMENT, "READ_ONLY").with("operation", "0");

        assertThat(instance.rows("SELECT a, b FROM t WHERE a IN (1, 2)"))
                .containsExactly(row(1, "one"));
    }

    @Test
    void readingInMutateGivesRows() {
        assertThat(rows(instance.mutate("SELECT b FROM t WHERE a = 1")))
                .containsExactly(row("one"));
    }

    @Test
    void explainReadsInQuery() {
        assertThat(instance.rows("EXPLAIN QUERY PLAN SELECT * FROM t")).isNotEmpty();
    }

    @Test
    void readingNeverCreates() {
        var missing = SharedCluster.client().fresh();

        missing.refusedQuery("SELECT 1").is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        missing.refusedQuery("SELECT 1").is(NOT_FOUND, "INSTANCE_NOT_FOUND");
    }
}
