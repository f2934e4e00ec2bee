package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.client.Atoll;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.PipelineCancel;
import dev.atoll.proto.v1.PipelineRequest;
import dev.atoll.proto.v1.PipelineResponse;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.SharedCluster;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestIssuer;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many calls over one stream. */
@ExtendWith(LogsOnFailure.class)
class PipelineIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ENDLESS =
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c";

    private final TestClient client = SharedCluster.client();

    @Test
    void callsToOneInstanceKeepTheirOrderAndOthersDoNotWaitForThem() throws Exception {
        var one = client.fresh().having("CREATE TABLE t(n)");
        var other = client.fresh().having("CREATE TABLE t(n)");
        var pipeline = new Pipeline(client);
        pipeline.query(1, one, ENDLESS, 1_000);
        pipeline.query(2, other, "SELECT 7");

        assertThat(pipeline.reply(2).getQuery().getResults(0).getRows(0).getValues(0).getInteger())
                .isEqualTo(7);
        for (int i = 0; i < 300; i++) {
            pipeline.mutate(10 + i, one, "INSERT INTO t SELECT count(*) FROM t");
        }
        assertThat(pipeline.reply(1).getError().getReason()).isEqualTo("STATEMENT_TIMEOUT");
        for (int i = 0; i < 300; i++) {
            assertThat(pipeline.reply(10 + i).getMutate().getResults(0).getLastInsertRowid())
                    .isEqualTo(i + 1);
        }
        pipeline.end();
        assertThat(one.rows("SELECT count(*) FROM t WHERE n <> rowid - 1"))
                .containsExactly(Sql.row(0));
    }

    @Test
    void aCallThatFailsDoesNotEndTheStream() throws Exception {
        var instance = client.fresh().having("CREATE TABLE t(n)");
        var pipeline = new Pipeline(client);
        pipeline.query(1, client.fresh(), "SELECT 1");
        pipeline.query(2, instance, "SELECT nothing FROM nowhere");
        pipeline.send(PipelineRequest.newBuilder().setCallId(3));
        pipeline.send(
                PipelineRequest.newBuilder()
                        .setCallId(4)
                        .setMutate(
                                MutateRequest.newBuilder()
                                        .setInstance(instance.key().toBuilder().setId("a:b"))));
        pipeline.query(5, instance, "SELECT 5");

        assertThat(pipeline.reply(1).getError().getReason()).isEqualTo("INSTANCE_NOT_FOUND");
        assertThat(pipeline.reply(2).getError().getReason()).isEqualTo("SQL_ERROR");
        assertThat(pipeline.reply(3).getError().getReason()).isEqualTo("VALIDATION_FAILED");
        assertThat(pipeline.reply(4).getError().getReason()).isEqualTo("INSTANCE_KEY_INVALID");
        assertThat(pipeline.reply(5).hasQuery()).isTrue();
        pipeline.end();
    }

    @Test
    void aCallCanBeCancelled() throws Exception {
        var instance = client.fresh().having("CREATE TABLE t(n)");
        var pipeline = new Pipeline(client);
        pipeline.query(1, instance, ENDLESS);
        pipeline.send(
                PipelineRequest.newBuilder()
                        .setCallId(1)
                        .setCancel(PipelineCancel.getDefaultInstance()));
        pipeline.query(2, instance, "SELECT 2");

        assertThat(pipeline.reply(1).getError().getReason()).isEqualTo("STATEMENT_TIMEOUT");
        assertThat(pipeline.reply(2).hasQuery()).isTrue();
        pipeline.end();
    }

    @Test
    void anIdInFlightIsRefusedAndAMessageThatIsTooLarge() throws Exception {
        var instance = client.fresh().having("CREATE TABLE t(n)");
        var pipeline = new Pipeline(client);
        pipeline.query(1, instance, ENDLESS, 500);
        pipeline.query(1, instance, "SELECT 1");
        assertThat(pipeline.reply(1).getError().getReason()).isEqualTo("VALIDATION_FAILED");
        pipeline.send(
                PipelineRequest.newBuilder()
                        .setCallId(9)
                        .setMutate(
                                instance.mutateRequest(
                                        Sql.write(
                                                "SELECT ?",
                                                ByteString.copyFrom(new byte[17 << 20])))));
        assertThat(pipeline.reply(9).getError().getReason()).isEqualTo("LIMIT_EXCEEDED");
    }

    @Test
    void aTokenThatExpiresIsRefusedUntilItIsRefreshedOnTheStream() throws Exception {
        var issuer = SharedCluster.get().issuer();
        // Within the clock skew it is good at first, and expires while the stream is open.
        var expiring =
                issuer.token(
                        claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(58))));
        var instance = client.fresh().having("CREATE TABLE t(n)");
        var other = issuer.service("other", "*=admin");
        var fresh = issuer.service("tester", "*=admin");
        try (var old = new TestClient(SharedCluster.get().router(0).port(), expiring)) {
            var pipeline = new Pipeline(old);
            long id = 0;
            String reason = "";
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!reason.equals("TOKEN_EXPIRED") && System.nanoTime() < end) {
                pipeline.query(++id, instance, "SELECT 1");
                reason = pipeline.reply(id).getError().getReason();
            }
            assertThat(reason).isEqualTo("TOKEN_EXPIRED");

            pipeline.send(PipelineRequest.newBuilder().setCallId(++id).setRefreshToken("x.y.z"));
            assertThat(pipeline.reply(id).getError().getReason()).isEqualTo("TOKEN_INVALID");
            pipeline.send(PipelineRequest.newBuilder().setCallId(++id).setRefreshToken(other));
            assertThat(pipeline.reply(id).getError().getReason()).isEqualTo("TOKEN_INVALID");
            pipeline.send(PipelineRequest.newBuilder().setRefreshToken(fresh));
            pipeline.query(++id, instance, "SELECT 1");
            assertThat(pipeline.reply(id).hasQuery()).isTrue();
            pipeline.end();
        }
    }

    /** As identity providers give them out: another session, another role. */
    @Test
    void aTokenMayBeRefreshedByOneOfTheSameCallerWithOtherClaims() throws Exception {
        var cluster = SharedCluster.get();
        var token = cluster.issuer().user("alice");
        var newer =
                cluster.issuer()
                        .token(
                                claims ->
                                        claims.issuer(TestIssuer.USERS)
                                                .subject("alice")
                                                .claim("role", "other")
                                                .claim("email", "alice@example.com")
                                                .claim("sid", "2"));
        var instance = client.fresh().having("CREATE TABLE t(n)");
        try (var user = new TestClient(cluster.router(0).port(), token)) {
            var pipeline = new Pipeline(user);
            pipeline.send(PipelineRequest.newBuilder().setCallId(1).setRefreshToken(newer));
            pipeline.query(2, instance, "SELECT 1");
            assertThat(pipeline.reply(2).getError().getReason()).isEqualTo("RULE_DENIED");
            // Only one that is refused is answered, and before what comes after it.
            assertThat(pipeline.future(1)).isNotDone();

            pipeline.send(
                    PipelineRequest.newBuilder()
                            .setCallId(3)
                            .setRefreshToken(cluster.issuer().user("bob")));
            assertThat(pipeline.reply(3).getError().getReason()).isEqualTo("TOKEN_INVALID");
            pipeline.end();
        }
    }

    @Test
    void theJavaClientUsesItByItselfUnderLoadAndLosesNothing() throws Exception {
        var cluster = SharedCluster.get();
        int threads = 32;
        int each = 100;
        double before = pipelinesBegun();
        var keys = new ArrayList<InstanceHandle>();
        for (int i = 0; i < 10; i++) {
            keys.add(client.fresh().having("CREATE TABLE t(id INTEGER PRIMARY KEY, by_whom)"));
        }
        try (var atoll =
                        Atoll.connect("127.0.0.1:" + cluster.router(0).port())
                                .plaintext()
                                .token(cluster.issuer().service("tester", "*=admin"))
                                .build();
                var callers = Executors.newFixedThreadPool(threads)) {
            var work = new ArrayList<java.util.concurrent.Future<?>>();
            for (int thread = 0; thread < threads; thread++) {
                var name = "caller " + thread;
                work.add(
                        callers.submit(
                                () -> {
                                    for (int i = 0; i < each; i++) {
                                        var key = keys.get(i % keys.size()).key();
                                        var mine = atoll.instance("test", key.getId());
                                        var written =
                                                mine.mutate(
                                                        "INSERT INTO t(by_whom) VALUES (?)", name);
                                        var read =
                                                mine.query(
                                                        "SELECT by_whom FROM t WHERE id = ?",
                                                        written.lastInsertRowid());
                                        assertThat(read.only().text("by_whom")).isEqualTo(name);
                                    }
                                }));
            }
            for (var future : work) {
                future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }
        long stored = 0;
        for (var key : keys) {
            stored += (Long) key.rows("SELECT count(*) FROM t").getFirst().getFirst();
        }
        assertThat(stored).isEqualTo((long) threads * each);
        assertThat(pipelinesBegun()).isGreaterThan(before);
    }

    /** Pipelines that have ended, as the router counts calls. */
    private static double pipelinesBegun() {
        return SharedCluster.get()
                .router(0)
                .http("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("atoll_router_calls_total{"))
                .filter(line -> line.contains("method=\"Pipeline\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** A client's end of a stream. */
    private static final class Pipeline implements StreamObserver<PipelineResponse> {
        private final CompletableFuture<Status> ended = new CompletableFuture<>();
        private final ConcurrentHashMap<Long, CompletableFuture<PipelineResponse>> replies =
                new ConcurrentHashMap<>();
        private final StreamObserver<PipelineRequest> requests;

        Pipeline(TestClient client) {
            requests =
                    DatabaseServiceGrpc.newStub(client.channel())
                            .withInterceptors(
                                    MetadataUtils.newAttachHeadersInterceptor(client.metadata()))
                            .pipeline(this);
        }

        void query(long id, InstanceHandle instance, String sql) {
            query(id, instance, sql, 0);
        }

        void query(long id, InstanceHandle instance, String sql, long timeoutMillis) {
            send(
                    PipelineRequest.newBuilder()
                            .setCallId(id)
                            .setQuery(instance.queryRequest(Sql.read(sql)))
                            .setTimeoutMillis(timeoutMillis));
        }

        void mutate(long id, InstanceHandle instance, String sql) {
            send(
                    PipelineRequest.newBuilder()
                            .setCallId(id)
                            .setMutate(instance.mutateRequest(Sql.write(sql))));
        }

        void send(PipelineRequest.Builder request) {
            requests.onNext(request.build());
        }

        PipelineResponse reply(long id) throws Exception {
            return future(id).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        void end() throws Exception {
            requests.onCompleted();
            assertThat(ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).isOk()).isTrue();
        }

        private CompletableFuture<PipelineResponse> future(long id) {
            return replies.computeIfAbsent(id, _ -> new CompletableFuture<>());
        }

        @Override
        public void onNext(PipelineResponse reply) {
            future(reply.getCallId()).complete(reply);
        }

        @Override
        public void onError(Throwable error) {
            ended.complete(Status.fromThrowable(error));
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.OK);
        }
    }
}
