package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlLimitsTest {
    private static final String ENDLESS =
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c";

    @TempDir private Path folder;
    private TestDatabase database;

    @BeforeEach
    void open() {
        database = TestDatabase.in(folder, new SqliteLimits(1_000, 100_000, 1_000_000, 2_000_000));
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void limitsTheText() {
        var longest = "SELECT 1 --" + "x".repeat(989);
        assertThat(database.rows(longest)).containsExactly(List.of(1L));
        var failure = failure(Reason.LIMIT_EXCEEDED, () -> database.query(longest + "x"));
        assertThat(failure.message()).isEqualTo("sql-length-max: 1001 (expected: at most 1000)");
        assertThat(failure.details())
                .containsEntry("limit", "sql-length-max")
                .containsEntry("value", "1000")
                .containsEntry("asked", "1001");
    }

    @Test
    void limitsValuesOnTheWayIn() {
        var fits = SqlValue.of("é".repeat(50_000));
        assertThat(database.execute("INSERT INTO t (a) VALUES (?)", fits).changes()).isEqualTo(1);
        assertThat(database.query("SELECT a FROM t").rows()).containsExactly(List.of(fits));
        var tooLong =
                failure(
                        Reason.LIMIT_EXCEEDED,
                        () -> database.query("SELECT ?", SqlValue.of("é".repeat(50_001))));
        assertThat(tooLong.message())
                .isEqualTo("value-bytes-max: 100002 (expected: at most 100000)");
        failure(
                Reason.LIMIT_EXCEEDED,
                () ->
                        database.query(
                                "SELECT ?", SqlValue.of(ByteString.copyFrom(new byte[100_001]))));
    }

    @Test
    void limitsValuesOnTheWayOut() {
        assertThat(database.query("SELECT zeroblob(100000)").rows()).hasSize(1);
        var out = failure(Reason.LIMIT_EXCEEDED, () -> database.query("SELECT zeroblob(100001)"));
        assertThat(out.details()).containsEntry("limit", "value-bytes-max");
        var inside =
                failure(Reason.LIMIT_EXCEEDED, () -> database.query("SELECT zeroblob(1000000000)"));
        assertThat(inside.details())
                .containsEntry("limit", "value-bytes-max")
                .containsEntry("value", "100000");
    }

    @Test
    void limitsTheReplyOfAllStatementsTogether() {
        var half = "SELECT zeroblob(60000) FROM json_each('[1,2,3,4,5,6,7,8,9]')";
        assertThat(database.query(half).rows()).hasSize(9);
        var failure =
                failure(
                        Reason.LIMIT_EXCEEDED,
                        () ->
                                database.read(
                                        transaction -> {
                                            transaction.query(SqlCall.of(half));
                                            return transaction.query(SqlCall.of(half));
                                        }));
        assertThat(failure.message())
                .contains("reply-bytes-max")
                .contains("QueryStream")
                .contains("LIMIT");
        assertThat(failure.details()).containsEntry("value", "1000000");
    }

    @Test
    void streamsBeyondTheReplyLimit() {
        var rows = new AtomicLong();
        var columns = new ArrayList<SqlColumn>();
        var sink =
                new RowSink() {
                    @Override
                    public void columns(List<SqlColumn> found) {
                        columns.addAll(found);
                    }

                    @Override
                    public void row(List<SqlValue> row) {
                        rows.incrementAndGet();
                    }
                };
        var numbers =
                "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x < 300000)"
                        + " SELECT x, 'text' FROM c";
        database.read(
                transaction -> {
                    transaction.stream(SqlCall.of(numbers), sink);
                    return 0;
                });
        assertThat(columns).extracting(SqlColumn::name).containsExactly("x", "'text'");
        assertThat(rows).hasValue(300_000);
    }

    @Test
    void endsAStreamWhoseSinkFails() {
        var sink =
                new RowSink() {
                    @Override
                    public void columns(List<SqlColumn> found) {}

                    @Override
                    public void row(List<SqlValue> row) {
                        throw Failure.of(Reason.CONSUMER_TOO_SLOW, "it never reads");
                    }
                };
        failure(
                Reason.CONSUMER_TOO_SLOW,
                () ->
                        database.read(
                                transaction -> {
                                    transaction.stream(SqlCall.of("SELECT 1"), sink);
                                    return 0;
                                }));
        failure(
                Reason.READ_ONLY,
                () ->
                        database.read(
                                transaction -> {
                                    transaction.stream(SqlCall.of("DELETE FROM t"), sink);
                                    return 0;
                                }));
        assertThat(database.rows("SELECT 1")).containsExactly(List.of(1L));
        assertThat(database.execute("INSERT INTO t VALUES (1, 2)").changes()).isEqualTo(1);
    }

    @Test
    void interruptsAtTheDeadline() {
        // Each look at the clock takes a millisecond: so the deadline is a number of steps.
        var clock = new AtomicLong();
        var budget = new CallBudget(1_000_000_000, () -> clock.addAndGet(1_000_000));
        failure(
                Reason.STATEMENT_TIMEOUT,
                () -> database.database().read(budget, t -> t.query(SqlCall.of(ENDLESS))));
        assertThat(clock.get()).isBetween(1_000_000_000L, 1_010_000_000L);
        assertThat(database.rows("SELECT 1")).containsExactly(List.of(1L));
    }

    @Test
    void undoesAWriteAtTheDeadline() {
        var clock = new AtomicLong();
        var budget = new CallBudget(1_000_000_000, () -> clock.addAndGet(1_000_000));
        failure(
                Reason.STATEMENT_TIMEOUT,
                () ->
                        database.database()
                                .write(
                                        budget,
                                        TestDatabase.SINK,
                                        transaction -> {
                                            transaction.execute(
                                                    SqlCall.of("INSERT INTO t (a) VALUES (1)"));
                                            return transaction.execute(
                                                    SqlCall.of("INSERT INTO t (a) " + ENDLESS));
                                        }));
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
        assertThat(database.execute("INSERT INTO t VALUES (1, 2)").changes()).isEqualTo(1);
    }

    @Test
    void commitsNothingAfterTheDeadline() {
        var clock = new AtomicLong();
        var budget = new CallBudget(1_000, clock::get);
        failure(
                Reason.STATEMENT_TIMEOUT,
                () ->
                        database.database()
                                .write(
                                        budget,
                                        TestDatabase.SINK,
                                        transaction -> {
                                            transaction.execute(
                                                    SqlCall.of("INSERT INTO t (a) VALUES (1)"));
                                            clock.set(1_000);
                                            return 0;
                                        }));
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
    }

    @Test
    void interruptsWhenTheCallIsCancelled() throws InterruptedException {
        var budget = TestDatabase.budget();
        var canceller = Thread.ofPlatform().start(budget::cancel);
        var failure =
                failure(
                        Reason.STATEMENT_TIMEOUT,
                        () -> database.database().read(budget, t -> t.query(SqlCall.of(ENDLESS))));
        canceller.join();
        assertThat(failure.message()).contains("the caller has gone");
        assertThat(database.rows("SELECT 1")).containsExactly(List.of(1L));
    }

    @Test
    void countsSteps() {
        long steps =
                database.read(
                        transaction -> {
                            transaction.query(
                                    SqlCall.of(
                                            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1"
                                                    + " FROM c WHERE x < 10000) SELECT sum(x) FROM"
                                                    + " c"));
                            return transaction.vmSteps();
                        });
        assertThat(steps).isBetween(50_000L, 500_000L);
    }

    @Test
    void refusesToGrowBeyondTheSizeLimit() {
        var row = SqlValue.of(ByteString.copyFrom(new byte[50_000]));
        var full =
                failure(
                        Reason.INSTANCE_FULL,
                        () -> {
                            for (int i = 0; i < 100; i++) {
                                database.execute("INSERT INTO t (a) VALUES (?)", row);
                            }
                        });
        assertThat(full.details()).containsEntry("value", "2000000");
        assertThat(database.database().sizeBytes()).isBetween(1_900_000L, 2_000_000L);
        assertThat(database.rows("SELECT count(*) > 30 FROM t")).containsExactly(List.of(1L));
        assertThat(database.execute("DELETE FROM t WHERE id % 2 = 0").changes()).isPositive();
        // What a delete gave back can be used again.
        assertThat(database.execute("INSERT INTO t (a) VALUES (?)", row).changes()).isEqualTo(1);
        assertThat(database.execute("DELETE FROM t").changes()).isPositive();
    }

    @Test
    void tellsTheSizeATransactionHasReached() {
        long before = database.database().sizeBytes();
        long within =
                database.write(
                        transaction -> {
                            transaction.execute(
                                    SqlCall.of("INSERT INTO t (a) VALUES (zeroblob(90000))"));
                            return transaction.sizeBytes();
                        });
        assertThat(within).isGreaterThan(before + 90_000);
        assertThat(database.database().sizeBytes()).isEqualTo(within);
        assertThat(database.read(ReadTransaction::sizeBytes)).isEqualTo(within);
    }

    @Test
    void stopsAHugeTransactionBeforeItFillsTheDisk() {
        failure(
                Reason.INSTANCE_FULL,
                () ->
                        database.execute(
                                "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c)"
                                        + " INSERT INTO t (a) SELECT zeroblob(90000) FROM c"));
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
        assertThat(database.database().broken()).isEmpty();
    }
}
