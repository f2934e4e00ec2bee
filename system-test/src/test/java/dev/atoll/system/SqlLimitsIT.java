package dev.atoll.system;

import static dev.atoll.system.harness.Sql.read;
import static dev.atoll.system.harness.Sql.row;
import static io.grpc.Status.Code.DEADLINE_EXCEEDED;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.SharedCluster;
import dev.atoll.system.harness.StreamReader;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** SQL through a router: limits, deadlines, cancellation and streams. */
@ExtendWith(LogsOnFailure.class)
class SqlLimitsIT {
    private static final String ENDLESS =
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c";
    private static final String ENDLESS_ROWS =
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x, zeroblob(1000) FROM c";
    private static final int MIB = 1 << 20;
    private static final Duration PROMPTLY = Duration.ofSeconds(3);

    private final InstanceHandle instance =
            SharedCluster.client().fresh().having("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)");

    @Test
    void longSqlIsRefusedWithTheLimit() {
        var text = "SELECT 1 --" + "x".repeat(MIB);

        instance.refusedQuery(text)
                .is(INVALID_ARGUMENT, "LIMIT_EXCEEDED")
                .with("value", Integer.toString(MIB))
                .with("asked", Integer.toString(text.length()));
    }

    @Test
    void sqlAtTheLimitRuns() {
        var start = "SELECT 1 --";

        assertThat(instance.rows(start + "x".repeat(MIB - start.length()))).containsExactly(row(1));
    }

    @Test
    void largeValueIsRefusedWithTheLimit() {
        var value = com.google.protobuf.ByteString.copyFrom(new byte[2 * MIB + 1]);

        instance.refusedMutate("INSERT INTO t VALUES (1, ?)", value)
                .is(INVALID_ARGUMENT, "LIMIT_EXCEEDED")
                .with("value", Integer.toString(2 * MIB))
                .with("asked", Integer.toString(2 * MIB + 1));
        assertThat(instance.rows("SELECT count(*) FROM t")).containsExactly(row(0));
    }

    @Test
    void largeValueMadeBySqlIsRefused() {
        instance.refusedQuery("SELECT zeroblob(" + (2 * MIB + 1) + ")")
                .is(INVALID_ARGUMENT, "LIMIT_EXCEEDED");
    }

    @Test
    void largeReplyIsRefusedAndSaysWhatToUse() {
        instance.refusedQuery(
                        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x < 17)"
                                + " SELECT zeroblob(1048576) FROM c")
                .is(INVALID_ARGUMENT, "LIMIT_EXCEEDED")
                .saying("QueryStream", "LIMIT")
                .with("value", Integer.toString(16 * MIB));
    }

    @Test
    void fullInstanceRefusesWritesButReadsAndDeletesGoOn() {
        Refusal.of(
                        () -> {
                            for (int i = 0; i < 20; i++) {
                                instance.mutate("INSERT INTO t(b) VALUES (zeroblob(1000000))");
                            }
                        })
                .is(RESOURCE_EXHAUSTED, "INSTANCE_FULL");

        assertThat((Long) instance.rows("SELECT count(*) FROM t").get(0).get(0)).isBetween(5L, 8L);
        instance.mutate("DELETE FROM t");
        instance.mutate("INSERT INTO t(b) VALUES (zeroblob(1000000))");
        assertThat(instance.rows("SELECT count(*) FROM t")).containsExactly(row(1));
    }

    @Test
    void endlessQueryEndsAtItsDeadlineAndTheInstanceAnswersAtOnce() {
        var began = System.nanoTime();

        var refusal =
                Refusal.of(
                        () ->
                                instance.client()
                                        .database()
                                        .withDeadlineAfter(1, TimeUnit.SECONDS)
                                        .query(instance.queryRequest(read(ENDLESS))));

        // The client's own clock may end the call first, which leaves a status without a reason.
        assertThat(refusal.code()).isEqualTo(DEADLINE_EXCEEDED);
        assertThat(refusal.reason()).isIn("STATEMENT_TIMEOUT", "");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PROMPTLY);
        answersAtOnce();
    }

    @Test
    void cancelledQueryIsInterrupted() {
        var call = instance.client().databaseAsync().query(instance.queryRequest(read(ENDLESS)));
        var waiting =
                instance.client()
                        .databaseAsync()
                        .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                        .query(instance.queryRequest(read("SELECT 1")));
        // Nothing else runs on the instance while the long query does.
        assertThat(Refusal.of(waitingFails(waiting)).code()).isEqualTo(DEADLINE_EXCEEDED);

        call.cancel(true);

        answersAtOnce();
    }

    @Test
    void tenMillionRowsStreamThroughSmallHeaps() {
        var count = new AtomicLong();
        var sum = new AtomicLong();
        var parts =
                instance.client()
                        .database()
                        .withDeadlineAfter(120, TimeUnit.SECONDS)
                        .queryStream(
                                instance.queryRequest(
                                        read(
                                                "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c"
                                                        + " WHERE x < 10000000) SELECT x FROM c")));

        assertThat(parts.next().getColumns().getColumnsList())
                .extracting(column -> column.getName())
                .containsExactly("x");
        boolean ended = false;
        while (parts.hasNext()) {
            assertThat(ended).isFalse();
            var part = parts.next();
            ended = part.hasEnd();
            part.getRows()
                    .getRowsList()
                    .forEach(
                            row -> {
                                count.incrementAndGet();
                                sum.addAndGet(row.getValues(0).getInteger());
                            });
        }

        assertThat(ended).isTrue();
        assertThat(count).hasValue(10_000_000);
        assertThat(sum).hasValue(50_000_005_000_000L);
    }

    @Test
    void clientThatStopsReadingIsCutOffAndTheLaneIsFree() {
        var reader = StreamReader.open(instance, ENDLESS_ROWS);
        reader.read(2);

        // Waits behind the stream, and gets its turn when the stall limit is over.
        assertThat(instance.rows("SELECT 1")).containsExactly(row(1));

        reader.readAll();
        reader.awaitEnd(Duration.ofSeconds(10)).is(RESOURCE_EXHAUSTED, "CONSUMER_TOO_SLOW");
    }

    @Test
    void cancelledStreamFreesTheLaneAtOnce() {
        var reader = StreamReader.open(instance, ENDLESS_ROWS);
        reader.read(2);

        reader.cancel();

        answersAtOnce();
        assertThat(reader.awaitEnd(PROMPTLY).code()).isEqualTo(Status.Code.CANCELLED);
    }

    private void answersAtOnce() {
        var began = System.nanoTime();
        assertThat(instance.rows("SELECT 1")).containsExactly(row(1));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PROMPTLY);
    }

    private static org.assertj.core.api.ThrowableAssert.ThrowingCallable waitingFails(
            com.google.common.util.concurrent.ListenableFuture<?> call) {
        return () -> {
            Eventually.await("the waiting call ends", PROMPTLY, call::isDone);
            try {
                var _ = call.get();
            } catch (java.util.concurrent.ExecutionException e) {
                throw Status.fromThrowable(e).asRuntimeException();
            }
        };
    }
}
