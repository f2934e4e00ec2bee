package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatementTimeTest {
    private static final long STEP = Duration.ofMillis(10).toNanos();
    private static final Duration MOST = Duration.ofMillis(100);

    /** So many rows take more than a hundred questions after the time. */
    private static final SqlCall LONG =
            SqlCall.of(
                    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x <"
                            + " 100000) SELECT count(*) FROM c");

    private static final SqlCall SHORT = SqlCall.of("SELECT 1");

    private TestDatabase database;
    private final AtomicLong now = new AtomicLong();

    @BeforeEach
    void open(@TempDir Path folder) {
        database = TestDatabase.in(folder);
        database.execute("CREATE TABLE t (a)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** In a call of which each operation may take so long. */
    private <T> T readLimited(Function<ReadTransaction, T> work) {
        return database.database()
                .read(
                        budget(),
                        tx -> {
                            tx.limitTime(MOST);
                            return work.apply(tx);
                        });
    }

    /** A clock that goes on a step whenever somebody looks. */
    private CallBudget budget() {
        return new CallBudget(Long.MAX_VALUE, () -> now.addAndGet(STEP));
    }

    @Test
    void aStatementThatTakesLongerIsUndone() {
        var failure =
                failure(
                        Reason.STATEMENT_TIMEOUT,
                        () ->
                                database.database()
                                        .write(
                                                budget(),
                                                TestDatabase.SINK,
                                                tx -> {
                                                    tx.limitTime(MOST);
                                                    tx.execute(
                                                            SqlCall.of("INSERT INTO t VALUES (1)"));
                                                    return tx.execute(LONG);
                                                }));
        assertThat(failure.details())
                .containsEntry("limit", "statement-time")
                .containsEntry("value", "100ms");
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
        assertThat(database.database().broken()).isEmpty();
    }

    @Test
    void allStatementsOfAnOperationShareItsTime() {
        failure(
                Reason.STATEMENT_TIMEOUT,
                () ->
                        readLimited(
                                tx -> {
                                    for (int i = 0; i < 1_000; i++) {
                                        tx.query(SHORT);
                                    }
                                    return tx.query(SHORT);
                                }));
    }

    @Test
    void eachOperationHasItsOwn() {
        int count =
                readLimited(
                        tx -> {
                            int rows = 0;
                            for (int i = 0; i < 1_000; i++) {
                                tx.beginOperation();
                                rows += tx.query(SHORT).rows().size();
                            }
                            return rows;
                        });
        assertThat(count).isEqualTo(1_000);
    }

    @Test
    void theNextCallHasNoLimitUnlessItIsSaid() {
        failure(Reason.STATEMENT_TIMEOUT, () -> readLimited(tx -> tx.query(LONG)));
        assertThat(database.database().read(budget(), tx -> tx.query(LONG)).rows()).hasSize(1);
    }

    @Test
    void theTimeThatAClientTakesToReadDoesNotCount() {
        var rows = new AtomicLong();
        database.database()
                .read(
                        budget(),
                        tx -> {
                            tx.limitTime(Duration.ofSeconds(10));
                            tx.stream(
                                    SqlCall.of("SELECT value FROM json_each('[1, 2, 3, 4, 5]')"),
                                    new RowSink() {
                                        @Override
                                        public void columns(List<SqlColumn> columns) {}

                                        @Override
                                        public void row(List<SqlValue> row) {
                                            rows.incrementAndGet();
                                            now.addAndGet(Duration.ofMinutes(1).toNanos());
                                        }
                                    });
                            return tx.query(SHORT);
                        });
        assertThat(rows).hasValue(5);
    }
}
