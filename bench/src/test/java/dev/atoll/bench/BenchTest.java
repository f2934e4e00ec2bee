package dev.atoll.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.atoll.bench.BenchPlan.Load;
import dev.atoll.bench.BenchPlan.Mix;
import dev.atoll.client.Atoll;
import dev.atoll.client.RetryPolicy;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.DeleteInstanceRequest;
import dev.atoll.proto.v1.DeleteInstanceResponse;
import dev.atoll.proto.v1.InstanceKey;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.Row;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BenchTest {
    private final Set<InstanceKey> instances = ConcurrentHashMap.newKeySet();
    private final Set<InstanceKey> deleted = ConcurrentHashMap.newKeySet();
    private final Queue<MutateRequest> inserts = new ConcurrentLinkedQueue<>();
    private volatile boolean refusesReads;
    private Server server;
    private Atoll atoll;

    @BeforeEach
    void start() throws IOException {
        server =
                Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                        .addService(new Database())
                        .addService(new Instances())
                        .build()
                        .start();
        atoll =
                Atoll.connect("127.0.0.1:" + server.getPort())
                        .retryPolicy(RetryPolicy.never())
                        .build();
    }

    @AfterEach
    void stop() {
        atoll.close();
        server.shutdownNow();
    }

    @Test
    void reportsReadsAndWrites() throws InterruptedException {
        var report = Bench.run(atoll, client(), plan(0, 0.5), progress -> {});
        var all = report.latencies().all();
        assertThat(all.calls())
                .isEqualTo(report.latencies().read().calls() + report.latencies().write().calls())
                .isPositive();
        assertThat(all.percentiles().p50()).isPositive();
        assertThat(all.percentiles().max()).isGreaterThanOrEqualTo(all.percentiles().p99());
        assertThat(report.failures()).isEmpty();
    }

    @Test
    void deletesWhatItMade() throws InterruptedException {
        Bench.run(atoll, client(), plan(0, 0.5), progress -> {});
        assertThat(deleted).hasSize(3).isEqualTo(instances);
    }

    @Test
    void insertsInUnaryCallsWithoutRequestIds() throws InterruptedException {
        var endpoint = "127.0.0.1:" + server.getPort();
        var channel = UnaryRoute.connect(endpoint, InsecureChannelCredentials.create());
        try {
            var plan =
                    plan(0, 0.5).withMix(new Mix(0.5, true, 10, 10)).withForm(BenchPlan.Form.UNARY);
            var report =
                    Bench.run(atoll, UnaryRoute.toRouter(channel, "token"), plan, progress -> {});
            assertThat(report.failures()).isEmpty();
            assertThat(report.latencies().write().calls()).isPositive();
            assertThat(report.toTable()).contains("the others inserts, unary, no request ids");
        } finally {
            channel.shutdownNow();
        }
        assertThat(inserts).isNotEmpty().allMatch(request -> request.getRequestId().isEmpty());
    }

    @Test
    void countsTheFailuresOfUnaryCallsByReason() throws InterruptedException {
        refusesReads = true;
        var endpoint = "127.0.0.1:" + server.getPort();
        var channel = UnaryRoute.connect(endpoint, InsecureChannelCredentials.create());
        try {
            var route = UnaryRoute.toRouter(channel, "");
            var report = Bench.run(atoll, route, plan(0, 1), progress -> {});
            assertThat(report.failures()).containsOnlyKeys("OVERLOADED");
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void theClientSendsNoRequestIdsWhereItIsToldSo() throws InterruptedException {
        var plan = plan(0, 0).withMix(new Mix(0, true, 10, 10));
        Bench.run(atoll, new ClientRoute(atoll, false), plan, progress -> {});
        assertThat(inserts).isNotEmpty().allMatch(request -> request.getRequestId().isEmpty());
    }

    @Test
    void keepsToTheRateAskedFor() throws InterruptedException {
        var report = Bench.run(atoll, client(), plan(200, 1), progress -> {});
        long made = report.latencies().all().calls();
        long never = report.failures().getOrDefault("NEVER_MADE", 0L);
        assertThat(made).isLessThanOrEqualTo(100);
        assertThat(made + never).isGreaterThanOrEqualTo(100);
    }

    @Test
    void countsFailuresByReason() throws InterruptedException {
        refusesReads = true;
        var report = Bench.run(atoll, client(), plan(0, 1), progress -> {});
        assertThat(report.failures()).containsOnlyKeys("OVERLOADED");
        assertThat(report.latencies().all().calls()).isZero();
    }

    @Test
    void tellsHowFarItIs() throws InterruptedException {
        List<BenchProgress> told = new ArrayList<>();
        Bench.run(atoll, client(), plan(0, 1), told::add);
        assertThat(told)
                .extracting(BenchProgress::phase)
                .contains(
                        BenchProgress.Phase.FILL,
                        BenchProgress.Phase.MEASURE,
                        BenchProgress.Phase.CLEAN_UP);
        assertThat(told).allMatch(progress -> progress.done() >= 0 && progress.done() <= 1);
    }

    @Test
    void namesPlanAndMachineInTableAndJson() throws InterruptedException {
        var report = Bench.run(atoll, client(), plan(0, 0.5), progress -> {});
        assertThat(report.toTable())
                .contains("3 instances, 2 callers", "p99.9 ms", "failures: none", "cores");
        assertThat(report.toJson())
                .contains("\"instances\": 3", "\"p99.9\": ", "\"failures\": {}", "\"cores\": ");
        assertThat(report.machine().atoll()).matches("\\d+\\.\\d+.*");
    }

    @Test
    void refusesAPlanThatMakesNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Mix(1.5, false, 1, 1))
                .withMessage("read share: 1.5 (expected: 0 to 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Load(0, 1, Duration.ZERO, Duration.ofSeconds(1), 0))
                .withMessageStartingWith("instances: 0");
    }

    private Route client() {
        return new ClientRoute(atoll, true);
    }

    private static BenchPlan plan(long callsPerSecond, double readShare) {
        return BenchPlan.standard()
                .withLoad(new Load(3, 2, Duration.ZERO, Duration.ofMillis(500), callsPerSecond))
                .withMix(new Mix(readShare, false, 10, 10));
    }

    private final class Database extends DatabaseServiceGrpc.DatabaseServiceImplBase {
        @Override
        public void query(QueryRequest request, StreamObserver<QueryResponse> observer) {
            if (refusesReads) {
                observer.onError(
                        FailureStatus.exception(Failure.of(Reason.OVERLOADED, "too much")));
                return;
            }
            observer.onNext(
                    QueryResponse.newBuilder()
                            .addResults(
                                    OperationResult.newBuilder().addRows(Row.getDefaultInstance()))
                            .build());
            observer.onCompleted();
        }

        @Override
        public void mutate(MutateRequest request, StreamObserver<MutateResponse> observer) {
            instances.add(request.getInstance());
            if (request.getOperationsCount() == 1) {
                inserts.add(request);
            }
            var reply = MutateResponse.newBuilder();
            request.getOperationsList()
                    .forEach(operation -> reply.addResults(OperationResult.getDefaultInstance()));
            observer.onNext(reply.build());
            observer.onCompleted();
        }
    }

    private final class Instances extends InstanceServiceGrpc.InstanceServiceImplBase {
        @Override
        public void deleteInstance(
                DeleteInstanceRequest request, StreamObserver<DeleteInstanceResponse> observer) {
            deleted.add(request.getInstance());
            observer.onNext(DeleteInstanceResponse.getDefaultInstance());
            observer.onCompleted();
        }
    }
}
