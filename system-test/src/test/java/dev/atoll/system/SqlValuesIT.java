package dev.atoll.system;

import static dev.atoll.system.harness.Sql.NULL;
import static dev.atoll.system.harness.Sql.blob;
import static dev.atoll.system.harness.Sql.columns;
import static dev.atoll.system.harness.Sql.read;
import static dev.atoll.system.harness.Sql.row;
import static dev.atoll.system.harness.Sql.rows;
import static dev.atoll.system.harness.Sql.sql;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.Value;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.SharedCluster;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** SQL through a router: values, parameters and results. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class SqlValuesIT {
    private final InstanceHandle instance = SharedCluster.client().fresh();

    @BeforeAll
    void create() {
        instance.having("CREATE TABLE v(i INTEGER PRIMARY KEY, x)");
    }

    @Test
    void integerLiteralNamesItsColumn() {
        var result = instance.query("SELECT 123");

        assertThat(columns(result)).containsExactly("123");
        assertThat(rows(result)).containsExactly(row(123));
    }

    @Test
    void textLiteralNamesItsColumn() {
        var result = instance.query("SELECT 'hello'");

        assertThat(columns(result)).containsExactly("'hello'");
        assertThat(rows(result)).containsExactly(row("hello"));
    }

    @Test
    void blobComesBackAsBytes() {
        var result = instance.query("SELECT x'ff' AS b");

        assertThat(columns(result)).containsExactly("b");
        assertThat(rows(result)).containsExactly(row(blob("ff")));
    }

    @Test
    void emptyBlobEmptyTextAndNullStayDifferent() {
        assertThat(instance.rows("SELECT ?, ?, ?, x'', '', NULL", ByteString.EMPTY, "", NULL))
                .containsExactly(row(ByteString.EMPTY, "", NULL, ByteString.EMPTY, "", NULL));
        assertThat(
                        instance.rows(
                                "SELECT typeof(?), typeof(?), typeof(?)",
                                ByteString.EMPTY,
                                "",
                                NULL))
                .containsExactly(row("blob", "text", "null"));
    }

    @Test
    void valueWithoutKindIsNull() {
        assertThat(instance.rows("SELECT ? IS NULL", Value.getDefaultInstance()))
                .containsExactly(row(1));
    }

    @Test
    void integersAreExactOverTheWholeRange() {
        for (long value : new long[] {9007199254740993L, Long.MIN_VALUE, Long.MAX_VALUE}) {
            instance.mutate("INSERT OR REPLACE INTO v VALUES (3, ?)", value);

            assertThat(instance.rows("SELECT x FROM v WHERE i = 3")).containsExactly(row(value));
        }
    }

    @Test
    void positionalParametersAreFilledInOrder() {
        assertThat(instance.rows("SELECT ? + ?", 123, 456)).containsExactly(row(579));
        assertThat(instance.rows("SELECT ?2, ?1", 1, 2)).containsExactly(row(2, 1));
    }

    @Test
    void namedParametersAreBoundWithEverySign() {
        for (var sign : List.of(":", "@", "$")) {
            var statement = sql("SELECT " + sign + "a + " + sign + "b", Map.of("a", 123, "b", 456));
            var request =
                    instance.queryRequest(ReadOperation.newBuilder().setSql(statement).build());

            assertThat(rows(instance.client().database().query(request).getResults(0)))
                    .containsExactly(row(579));
        }
    }

    @Test
    void tooFewParametersAreRefused() {
        instance.refusedQuery("SELECT ? + ?", 1)
                .is(INVALID_ARGUMENT, "PARAMETER_MISMATCH")
                .saying("1", "2");
    }

    @Test
    void tooManyParametersAreRefused() {
        instance.refusedQuery("SELECT ?", 1, 2)
                .is(INVALID_ARGUMENT, "PARAMETER_MISMATCH")
                .saying("1", "2");
    }

    @Test
    void unknownNameIsRefusedByName() {
        refusedNamed("SELECT :known", Map.of("known", 1, "unknown", 2)).saying("unknown");
    }

    @Test
    void missingNameIsRefusedByName() {
        refusedNamed("SELECT :known, :absent", Map.of("known", 1)).saying("absent");
    }

    @Test
    void notANumberIsNull() {
        assertThat(instance.rows("SELECT ?", Double.NaN)).containsExactly(row(NULL));
    }

    @Test
    void infinitiesRoundTrip() {
        instance.mutate(
                "INSERT OR REPLACE INTO v VALUES (6, ?), (7, ?)",
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY);

        assertThat(instance.rows("SELECT x FROM v WHERE i IN (6, 7) ORDER BY i"))
                .containsExactly(row(Double.POSITIVE_INFINITY), row(Double.NEGATIVE_INFINITY));
    }

    @Test
    void oddTextKeepsItsBytes() {
        for (var text : List.of("a\0b", "\uD83C\uDFDD", "e\u0301\u00e9", "x".repeat(1_000_000))) {
            instance.mutate("INSERT OR REPLACE INTO v VALUES (8, ?)", text);

            assertThat(instance.rows("SELECT x FROM v WHERE i = 8")).containsExactly(row(text));
        }
    }

    @Test
    void textThatIsNotUtf8LeavesAsBlob() {
        assertThat(instance.rows("SELECT CAST(x'ff' AS TEXT)")).containsExactly(row(blob("ff")));
    }

    @Test
    void typedParametersBecomeStorageClasses() {
        var timestamp =
                Value.newBuilder()
                        .setTimestamp(Timestamp.newBuilder().setSeconds(2).setNanos(3_000))
                        .build();
        var json = Value.newBuilder().setJson("{\"a\":1}").build();

        assertThat(instance.rows("SELECT ?, ?, ?, ?", true, false, json, timestamp))
                .containsExactly(row(1, 0, "{\"a\":1}", 2_000_003));
    }

    @Test
    void joinKeepsColumnsOfTheSameName() {
        instance.having(
                "CREATE TABLE abc(a, b, c)",
                "CREATE TABLE cde(c, d, e)",
                "INSERT INTO abc VALUES (1,2,3),(4,5,6)",
                "INSERT INTO cde VALUES (7,8,9),(1,2,3)");

        var result = instance.query("SELECT * FROM abc, cde");

        assertThat(columns(result)).containsExactly("a", "b", "c", "c", "d", "e");
        assertThat(rows(result))
                .containsExactly(
                        row(1, 2, 3, 7, 8, 9),
                        row(1, 2, 3, 1, 2, 3),
                        row(4, 5, 6, 7, 8, 9),
                        row(4, 5, 6, 1, 2, 3));
    }

    @Test
    void updateOfNothingHasNoColumnsAndNoChanges() {
        var result = instance.mutate("UPDATE v SET x = 1 WHERE i = 123542");

        assertThat(result.getColumnsList()).isEmpty();
        assertThat(result.getRowsList()).isEmpty();
        assertThat(result.getChanges()).isZero();
    }

    @Test
    void returningGivesRowsAndRowid() {
        instance.having(
                "CREATE TABLE r(id INTEGER PRIMARY KEY, a)", "INSERT INTO r VALUES (41, 'x')");

        var result = instance.mutate("INSERT INTO r(a) VALUES (?), (?) RETURNING id, a", "y", "z");

        assertThat(columns(result)).containsExactly("id", "a");
        assertThat(rows(result)).containsExactly(row(42, "y"), row(43, "z"));
        assertThat(result.getChanges()).isEqualTo(2);
        assertThat(result.getLastInsertRowid()).isEqualTo(43);
    }

    @Test
    void columnsCarryTheirDeclaredType() {
        instance.having("CREATE TABLE t(a VARCHAR(20), b)");

        assertThat(instance.query("SELECT a, b, 1 FROM t").getColumnsList())
                .extracting(column -> column.getDeclaredType())
                .containsExactly("VARCHAR(20)", "", "");
    }

    @Test
    void operationsOfOneQuerySeeOneSnapshotInOrder() {
        var reply =
                instance.client()
                        .database()
                        .query(instance.queryRequest(read("SELECT 1"), read("SELECT 2")));

        assertThat(reply.getResultsList())
                .extracting(result -> rows(result))
                .containsExactly(List.of(row(1)), List.of(row(2)));
        assertThat(reply.getBookmark()).startsWith("v1-");
        assertThat(reply.getStats().getRowsReturned()).isEqualTo(2);
    }

    private Refusal refusedNamed(String text, Map<String, Object> values) {
        var request =
                instance.queryRequest(ReadOperation.newBuilder().setSql(sql(text, values)).build());
        return Refusal.of(() -> instance.client().database().query(request))
                .is(INVALID_ARGUMENT, "PARAMETER_MISMATCH");
    }
}
