package dev.atoll.node;

import static dev.atoll.node.TestNode.eventually;
import static dev.atoll.node.TestNode.failure;
import static dev.atoll.node.TestNode.reading;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryStreamResponse;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node takes on, and what it does beyond that. */
@Timeout(60)
class CallLimitsTest {
    private static final String KEY = "user:alice";
    private static final String ENDLESS =
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c";

    @TempDir private Path data;

    @Test
    void refusesCallsBeyondTheQueueOfAnInstanceButNotOfOthers() throws IOException {
        try (var node = TestNode.start(data, Map.of("lane-queue-max", "1"))) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            node.mutate("user:bob", "CREATE TABLE t(a)");
            var stub =
                    TestNode.as(
                            TestNode.service(),
                            KEY,
                            DatabaseServiceGrpc.newFutureStub(node.channel()));
            var counting = reading(KEY, ENDLESS.replace("SELECT x FROM", "SELECT count(*) FROM"));
            // A lane looks busy for a moment after its reply has left.
            eventually(() -> gauge(node, "atoll.node.lanes.running") == 0);
            var running = stub.query(counting);
            eventually(() -> gauge(node, "atoll.node.lanes.running") == 1);
            var waiting = stub.query(counting);

            assertThat(failure(() -> node.query(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.OVERLOADED);
            assertThat(node.integer("user:bob", "SELECT count(*) FROM t")).isZero();
            assertThat(waiting.cancel(true)).isTrue();
            assertThat(running.cancel(true)).isTrue();
        }
    }

    @Test
    void cutsOffAClientThatDoesNotReadItsStreamAndFreesTheLane() throws Exception {
        try (var node = TestNode.start(data, Map.of("stream-stall-max", "100ms"))) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            var failure = new CompletableFuture<Failure>();
            var headers = new Metadata();
            headers.put(CallMetadata.CALLER, TestNode.service().toProto());
            headers.put(CallMetadata.AUTHORISED_KEY, InstanceKey.parse(KEY).bytes());
            ClientCall<QueryRequest, QueryStreamResponse> call =
                    node.channel()
                            .newCall(
                                    DatabaseServiceGrpc.getQueryStreamMethod(),
                                    CallOptions.DEFAULT);
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            FailureStatus.find(status, trailers)
                                    .ifPresentOrElse(
                                            failure::complete,
                                            () ->
                                                    failure.completeExceptionally(
                                                            status.asRuntimeException()));
                        }
                    },
                    headers);
            call.sendMessage(reading(KEY, ENDLESS));
            call.halfClose();
            // One message is asked for, and then no more.
            call.request(1);

            eventually(() -> gauge(node, "atoll.node.lanes.running") == 0);
            assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isZero();
            // In one process the end waits behind what is not read.
            call.request(Integer.MAX_VALUE);
            assertThat(failure.get(30, TimeUnit.SECONDS).reason())
                    .isEqualTo(Reason.CONSUMER_TOO_SLOW);
        }
    }

    @Test
    void putsAnIdleInstanceToSleepAndWakesItForACall() throws IOException {
        try (var node = TestNode.start(data, Map.of("idle-sleep-after", "50ms"))) {
            node.mutate(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (7)");
            eventually(() -> gauge(node, "atoll.node.instances.open") == 0);
            assertThat(node.integer(KEY, "SELECT a FROM t")).isEqualTo(7);
        }
    }

    @Test
    void anIdleInstanceGivesMemoryBackOnceAndAnswersAsBefore() throws IOException {
        var other = KEY + "2";
        try (var node = TestNode.start(data, Map.of("idle-shrink-after", "50ms"))) {
            node.mutate(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (7)");
            eventually(() -> shrunk(node) == 1);
            // When the other one is found idle, the first was looked at once more.
            node.mutate(other, "CREATE TABLE t(a)");
            eventually(() -> shrunk(node) >= 2);
            assertThat(shrunk(node)).isEqualTo(2);

            assertThat(node.integer(KEY, "SELECT a FROM t")).isEqualTo(7);
            node.mutate(KEY, "UPDATE t SET a = 8");

            eventually(() -> shrunk(node) >= 3);
            assertThat(node.integer(KEY, "SELECT a FROM t")).isEqualTo(8);
            assertThat(gauge(node, "atoll.node.instances.open")).isEqualTo(2);
        }
    }

    private static double shrunk(TestNode node) {
        return node.registry().get("atoll.node.instances.shrunk").counter().count();
    }

    @Test
    void aCallThatCannotBeInterruptedFailsAtItsDeadlineAndItsLaneCountsAsStuck()
            throws IOException {
        try (var node = TestNode.start(data, Map.of("deadline-default", "200ms"))) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            // One native call: it compares 200 kB at most of a million places.
            var slow =
                    "SELECT instr(replace(hex(zeroblob(500000)), '0', 'a'),"
                            + " replace(hex(zeroblob(100000)), '0', 'a') || 'b')";

            var failure = TestNode.failure(() -> node.query(KEY, slow));

            assertThat(failure.reason()).isEqualTo(Reason.STATEMENT_TIMEOUT);
            assertThat(gauge(node, "atoll.node.lanes.stuck")).isEqualTo(1);
            eventually(() -> gauge(node, "atoll.node.lanes.stuck") == 0);
            assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isZero();
        }
    }

    private static double gauge(TestNode node, String name) {
        return node.registry().get(name).gauge().value();
    }
}
