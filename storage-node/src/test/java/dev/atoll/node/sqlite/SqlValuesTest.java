package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlValuesTest {
    private TestDatabase database;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = TestDatabase.in(folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void namesColumnsAsSqliteDoes() {
        assertThat(database.query("SELECT 123"))
                .isEqualTo(
                        new SqlResult(
                                List.of(new SqlColumn("123", "")),
                                List.of(List.of(SqlValue.of(123))),
                                0,
                                0));
        assertThat(database.query("SELECT 'hello'").columns())
                .containsExactly(new SqlColumn("'hello'", ""));
    }

    @Test
    void givesDeclaredTypes() {
        database.execute("CREATE TABLE t (a VARCHAR(20), b INTEGER, c)");
        assertThat(database.query("SELECT a, b, c, a || b AS d FROM t").columns())
                .containsExactly(
                        new SqlColumn("a", "VARCHAR(20)"),
                        new SqlColumn("b", "INTEGER"),
                        new SqlColumn("c", ""),
                        new SqlColumn("d", ""));
    }

    @Test
    void keepsEmptyBlobEmptyTextAndNullApart() {
        assertThat(database.rows("SELECT x'ff' AS b"))
                .containsExactly(List.of(ByteString.fromHex("ff")));
        assertThat(
                        database.rows(
                                "SELECT ?, ?, ?, typeof(?1), typeof(?2), typeof(?3)",
                                SqlValue.of(ByteString.EMPTY),
                                SqlValue.of(""),
                                SqlValue.NULL))
                .containsExactly(List.of(ByteString.EMPTY, "", "NULL", "blob", "text", "null"));
    }

    @Test
    void keepsIntegersExact() {
        database.execute("CREATE TABLE t (a INTEGER)");
        for (long value : new long[] {9007199254740993L, Long.MIN_VALUE, Long.MAX_VALUE}) {
            database.execute("INSERT INTO t VALUES (?)", SqlValue.of(value));
        }
        assertThat(database.rows("SELECT a FROM t ORDER BY rowid"))
                .containsExactly(
                        List.of(9007199254740993L),
                        List.of(Long.MIN_VALUE),
                        List.of(Long.MAX_VALUE));
    }

    @Test
    void bindsByPositionNumberAndName() {
        assertThat(database.rows("SELECT ? + ?", SqlValue.of(123), SqlValue.of(456)))
                .containsExactly(List.of(579L));
        assertThat(database.rows("SELECT ?2, ?1", SqlValue.of(1), SqlValue.of(2)))
                .containsExactly(List.of(2L, 1L));
        for (var sql : List.of("SELECT :a + :b", "SELECT @a + @b", "SELECT $a + $b")) {
            var result =
                    database.queryNamed(sql, Map.of("a", SqlValue.of(123), "b", SqlValue.of(456)));
            assertThat(TestDatabase.plain(result)).containsExactly(List.of(579L));
        }
    }

    @Test
    void bindsMixedParameters() {
        var call =
                new SqlCall(
                        "SELECT ?, :a, ?, $b::c(d)",
                        List.of(SqlValue.of(1), SqlValue.of(3)),
                        Map.of("a", SqlValue.of(2), "b::c(d)", SqlValue.of(4)));
        assertThat(TestDatabase.plain(database.read(t -> t.query(call))))
                .containsExactly(List.of(1L, 2L, 3L, 4L));
    }

    @Test
    void saysWhichParameterIsWrong() {
        var few =
                failure(
                        Reason.PARAMETER_MISMATCH,
                        () -> database.query("SELECT ?, ?", SqlValue.of(1)));
        assertThat(few.message()).isEqualTo("parameters: 1 positional (expected: 2)");
        var many =
                failure(
                        Reason.PARAMETER_MISMATCH,
                        () -> database.query("SELECT 1", SqlValue.of(1)));
        assertThat(many.message()).isEqualTo("parameters: 1 positional (expected: 0)");
        var missing = failure(Reason.PARAMETER_MISMATCH, () -> database.query("SELECT :a"));
        assertThat(missing.message()).isEqualTo("parameter :a: no value given");
        var unknown =
                failure(
                        Reason.PARAMETER_MISMATCH,
                        () ->
                                database.queryNamed(
                                        "SELECT :a",
                                        Map.of("a", SqlValue.of(1), "zz", SqlValue.of(2))));
        assertThat(unknown.message())
                .isEqualTo("parameter 'zz': not in the statement (expected: a)");
    }

    @Test
    void turnsNotANumberIntoNullAndKeepsInfinities() {
        assertThat(
                        database.rows(
                                "SELECT ?, ?, ?",
                                SqlValue.of(Double.NaN),
                                SqlValue.of(Double.POSITIVE_INFINITY),
                                SqlValue.of(Double.NEGATIVE_INFINITY)))
                .containsExactly(
                        List.of("NULL", Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
    }

    @Test
    void keepsTextExact() {
        database.execute("CREATE TABLE t (a TEXT)");
        var texts = List.of("a\0b", "\uD83C\uDFDD", "x".repeat(1 << 20), "\uFFFD", "\uFEFF");
        for (var text : texts) {
            database.execute("INSERT INTO t VALUES (?)", SqlValue.of(text));
        }
        assertThat(database.rows("SELECT a FROM t ORDER BY rowid"))
                .containsExactlyElementsOf(texts.stream().map(List::<Object>of).toList());
    }

    @Test
    void givesTextThatIsNotUtf8AsBlob() {
        assertThat(database.rows("SELECT CAST(x'ff' AS TEXT), CAST(x'efbfbd' AS TEXT)"))
                .containsExactly(List.of(ByteString.fromHex("ff"), "\uFFFD"));
    }

    @Test
    void keepsColumnsOfTheSameName() {
        database.executeAll(
                "CREATE TABLE abc (a, b, c)",
                "CREATE TABLE cde (c, d, e)",
                "INSERT INTO abc VALUES (1, 2, 3), (4, 5, 6)",
                "INSERT INTO cde VALUES (7, 8, 9), (1, 2, 3)");
        var result = database.query("SELECT * FROM abc, cde");
        assertThat(result.columns())
                .extracting(SqlColumn::name)
                .containsExactly("a", "b", "c", "c", "d", "e");
        assertThat(TestDatabase.plain(result))
                .containsExactly(
                        List.of(1L, 2L, 3L, 7L, 8L, 9L),
                        List.of(1L, 2L, 3L, 1L, 2L, 3L),
                        List.of(4L, 5L, 6L, 7L, 8L, 9L),
                        List.of(4L, 5L, 6L, 1L, 2L, 3L));
    }

    @Test
    void countsNoChangesWhereNoneWere() {
        database.executeAll("CREATE TABLE abc (a, b)", "INSERT INTO abc VALUES (1, 2)");
        assertThat(database.execute("UPDATE abc SET a=1 WHERE b=123542"))
                .isEqualTo(new SqlResult(List.of(), List.of(), 0, 0));
    }

    @Test
    void countsChangesWithoutThoseOfTriggers() {
        database.executeAll(
                "CREATE TABLE t (a)",
                "CREATE TABLE log (a)",
                "CREATE TRIGGER logged AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a);"
                        + " INSERT INTO log VALUES (new.a); END");
        assertThat(database.execute("INSERT INTO t VALUES (1), (2)").changes()).isEqualTo(2);
        assertThat(database.rows("SELECT count(*) FROM log")).containsExactly(List.of(4L));
    }

    @Test
    void returnsRowsOfAnInsert() {
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
        database.execute("INSERT INTO t VALUES (41, 'x')");
        var result = database.execute("INSERT INTO t (a) VALUES ('y') RETURNING id, a");
        assertThat(TestDatabase.plain(result)).containsExactly(List.of(42L, "y"));
        assertThat(result.changes()).isEqualTo(1);
        assertThat(result.lastInsertRowid()).isEqualTo(42);
    }
}
