package dev.atoll.node.sqlite;

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

/** Statements that the node makes itself, beside those of callers. */
class NodeStatementsTest {
    private static final String ASKS = "SELECT a FROM t WHERE _atoll_has(a, ?)";

    @TempDir private Path folder;
    private TestDatabase database;

    @BeforeEach
    void open() {
        database = TestDatabase.in(folder);
        database.execute("CREATE TABLE t (a TEXT)");
        database.execute("INSERT INTO t VALUES ('abc'), ('xyz')");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private SqlResult ofNode(String sql, SqlValue... values) {
        return database.write(
                tx -> {
                    tx.need("_atoll_has", String::contains);
                    return tx.execute(SqlCall.ofNode(sql, List.of(values)));
                });
    }

    @Test
    void mayCallTheNodesFunctions() {
        assertThat(TestDatabase.plain(ofNode(ASKS, SqlValue.of("b"))))
                .containsExactly(List.of("abc"));
    }

    /** That the node has prepared it does not let a caller run it. */
    @Test
    void areNotForCallersWhoSendTheSameText() {
        ofNode(ASKS, SqlValue.of("b"));
        var failure =
                TestDatabase.failure(
                        Reason.STATEMENT_NOT_ALLOWED, () -> database.query(ASKS, SqlValue.of("b")));
        assertThat(failure.message()).contains("_atoll");
        assertThat(TestDatabase.plain(ofNode(ASKS, SqlValue.of("y"))))
                .containsExactly(List.of("xyz"));
    }

    @Test
    void countWhatTheyChange() {
        assertThat(ofNode("UPDATE t SET a = ?", SqlValue.of("z")).changes()).isEqualTo(2);
        var inserted = ofNode("INSERT INTO t VALUES (?)", SqlValue.of("z"));
        assertThat(inserted.changes()).isEqualTo(1);
        assertThat(inserted.lastInsertRowid()).isEqualTo(3);
    }

    @Test
    void doNotWriteWhereOnlyReadsMay() {
        TestDatabase.failure(
                Reason.READ_ONLY,
                () -> database.read(tx -> tx.query(SqlCall.ofNode("DELETE FROM t", List.of()))));
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(2L));
    }

    @Test
    void changeTablesToo() {
        var _ = ofNode("CREATE TABLE _atoll_u (a)");
        var _ = ofNode("DROP TABLE t");
        assertThat(database.rows("SELECT count(*) FROM sqlite_schema WHERE name = 't'"))
                .containsExactly(List.of(0L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DROP TABLE t", "CREATE TABLE u (a)"})
    void changeNoTablesWhereOnlyReadsMay(String sql) {
        TestDatabase.failure(
                Reason.READ_ONLY,
                () -> database.read(tx -> tx.query(SqlCall.ofNode(sql, List.of()))));
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(2L));
    }
}
