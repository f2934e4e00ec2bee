package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.SharedCluster;
import dev.atoll.system.harness.TestCluster;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What operators and their tools see: pages, gRPC health and reflection. */
@ExtendWith(LogsOnFailure.class)
class OperatorPagesIT {
    private static final Duration CALL_MAX = Duration.ofSeconds(10);

    private final TestCluster cluster = SharedCluster.get();

    @Test
    void livezAndReadyzSayOk() {
        for (var process : List.of(cluster.node(0), cluster.router(0))) {
            assertThat(process.http("/livez").status()).isEqualTo(200);
            assertThat(process.http("/readyz").status()).isEqualTo(200);
            assertThat(process.http("/nowhere").status()).isEqualTo(404);
        }
    }

    @Test
    void routerIsHealthyWithoutToken() {
        try (var nobody = cluster.client(0, "")) {
            var health =
                    HealthGrpc.newBlockingStub(nobody.channel())
                            .withDeadlineAfter(10, TimeUnit.SECONDS);

            assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        }
    }

    @Test
    void reflectionListsServices() throws InterruptedException {
        var seen =
                reflected(
                        io.grpc.reflection.v1.ServerReflectionGrpc.getServerReflectionInfoMethod(),
                        io.grpc.reflection.v1.ServerReflectionRequest.newBuilder()
                                .setListServices("")
                                .build());

        assertThat(seen)
                .singleElement()
                .asString()
                .contains(
                        "atoll.v1.DatabaseService",
                        "atoll.v1.InstanceService",
                        "atoll.v1.ClusterService",
                        "grpc.health.v1.Health");
    }

    @Test
    void olderReflectionListsServices() throws InterruptedException {
        var seen =
                reflected(
                        io.grpc.reflection.v1alpha.ServerReflectionGrpc
                                .getServerReflectionInfoMethod(),
                        io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                                .setListServices("")
                                .build());

        assertThat(seen).singleElement().asString().contains("atoll.v1.DatabaseService");
    }

    @Test
    void reflectionGivesTheFileOfAService() throws InterruptedException {
        var seen =
                reflected(
                        io.grpc.reflection.v1.ServerReflectionGrpc.getServerReflectionInfoMethod(),
                        io.grpc.reflection.v1.ServerReflectionRequest.newBuilder()
                                .setFileContainingSymbol("atoll.v1.DatabaseService")
                                .build());

        assertThat(seen).singleElement().asString().contains("atoll/v1/database.proto");
    }

    @Test
    void logsSayNothingPerCall() {
        var client = SharedCluster.client();
        var instance = client.fresh().having("CREATE TABLE t(a)");
        var before = cluster.router(0).log().length() + cluster.node(0).log().length();

        for (int i = 0; i < 20; i++) {
            instance.mutate("INSERT INTO t VALUES (1)");
            assertThat(instance.refusedQuery("SELECT nothing").reason()).isEqualTo("SQL_ERROR");
        }

        assertThat(cluster.router(0).log().length() + cluster.node(0).log().length())
                .isEqualTo(before);
    }

    private static <Q, R> List<R> reflected(MethodDescriptor<Q, R> method, Q request)
            throws InterruptedException {
        var replies = new ArrayList<R>();
        var ended = new CountDownLatch(1);
        var requests =
                ClientCalls.asyncBidiStreamingCall(
                        SharedCluster.client().channel().newCall(method, CallOptions.DEFAULT),
                        new StreamObserver<R>() {
                            @Override
                            public void onNext(R reply) {
                                replies.add(reply);
                            }

                            @Override
                            public void onError(Throwable thrown) {
                                ended.countDown();
                            }

                            @Override
                            public void onCompleted() {
                                ended.countDown();
                            }
                        });
        requests.onNext(request);
        requests.onCompleted();
        assertThat(ended.await(CALL_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return replies;
    }
}
