package dev.atoll.system;

import static dev.atoll.system.harness.Sql.read;
import static dev.atoll.system.harness.Sql.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.SharedCluster;
import dev.atoll.system.harness.TestCluster;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client that asks for much and reads nothing costs its own calls, and nobody else's. */
@ExtendWith(LogsOnFailure.class)
class NeverReadingClientIT {
    /** Together more than the whole heap of a router or node of these tests. */
    private static final int CALLS = 400;

    private static final int LARGE_CALLS = 300;

    private static final String MEBIBYTE = "SELECT zeroblob(1048576)";
    private static final Duration ENDED_MAX = Duration.ofSeconds(30);

    private final InstanceHandle instance =
            SharedCluster.client().fresh().having("CREATE TABLE t(a)");

    @Test
    void repliesThatNobodyReadsDoNotFillTheHeap() {
        var cluster = SharedCluster.get();
        var ended = new AtomicInteger();
        try (var lazy = cluster.client(0)) {
            for (int i = 0; i < CALLS; i++) {
                askAndNeverRead(
                        instance.through(lazy).queryRequest(read(MEBIBYTE)),
                        lazy.metadata(),
                        lazy.channel(),
                        ended);
            }

            var other =
                    SharedCluster.client()
                            .fresh()
                            .having("CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
            for (int i = 0; i < 50; i++) {
                assertThat(other.rows("SELECT a FROM t")).containsExactly(row(1));
            }
            Eventually.await(
                    "all unread calls end at their deadline",
                    ENDED_MAX,
                    () -> ended.get() == CALLS);
        }
        assertThat(cluster.node(0).isAlive()).isTrue();
        assertThat(cluster.router(0).isAlive()).isTrue();
        assertThat(instance.rows("SELECT count(*) FROM t")).containsExactly(row(0));
    }

    @Test
    void largeRepliesThatNobodyReadsDoNotEndADevServer() throws Exception {
        var large =
                "SELECT zeroblob(2000000) UNION ALL SELECT zeroblob(2000001)"
                        + " UNION ALL SELECT zeroblob(2000002)";
        var ended = new AtomicInteger();
        try (var server = new DevServer(TestCluster.newFolder("never-reading"))) {
            server.process().withJvmFlag("-Xmx384m");
            server.start();
            try (var lazy = server.client();
                    var busy = server.client()) {
                var own = busy.instance("user", "busy").having("CREATE TABLE t(a)");
                for (int i = 0; i < LARGE_CALLS; i++) {
                    askAndNeverRead(
                            own.through(lazy).queryRequest(read(large)),
                            lazy.metadata(),
                            lazy.channel(),
                            ended);
                }
                Eventually.await(
                        "all unread calls end", ENDED_MAX, () -> ended.get() == LARGE_CALLS);
                // Whatever was refused meanwhile, there is room again.
                assertThat(own.rows("SELECT count(*) FROM t")).containsExactly(row(0));
                assertThat(server.process().isAlive()).isTrue();
            }
        }
    }

    private static void askAndNeverRead(
            QueryRequest request, Metadata metadata, io.grpc.Channel channel, AtomicInteger ended) {
        ClientCall<QueryRequest, QueryResponse> call =
                channel.newCall(
                        DatabaseServiceGrpc.getQueryMethod(),
                        CallOptions.DEFAULT.withDeadlineAfter(5, TimeUnit.SECONDS));
        var headers = new Metadata();
        headers.merge(metadata);
        // No call.request(): the reply is never asked for.
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended.incrementAndGet();
                    }
                },
                headers);
        call.sendMessage(request);
        call.halfClose();
    }
}
