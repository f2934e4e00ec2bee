package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.DescribeClusterRequest;
import dev.atoll.proto.v1.ListShardsRequest;
import dev.atoll.proto.v1.ListShardsResponse;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.Load;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Two nodes and a router while etcd starts last, restarts and goes away. With {@code
 * -Datoll.long=true} it is away for a whole minute.
 */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class EtcdFaultsIT {
    private static final Duration AWAY =
            Boolean.getBoolean("atoll.long") ? Duration.ofMinutes(1) : Duration.ofSeconds(15);
    private static final Duration SETTLE_MAX = Duration.ofSeconds(30);
    private static final int INSTANCES = 20;

    private final TestCluster cluster = new TestCluster("etcd-faults");
    private final List<InstanceHandle> instances = new ArrayList<>();
    private TestClient client = new TestClient(1, "");

    @BeforeAll
    void startEtcdLast() {
        var nodes = List.of(cluster.addNode().start(), cluster.addNode().start());
        var router = cluster.addRouter().start();
        for (var process : List.of(nodes.get(0), nodes.get(1), router)) {
            Eventually.await(
                    "a process that waits for etcd says so",
                    SETTLE_MAX,
                    () -> {
                        var answer = process.http("/readyz");
                        return answer.status() == 503 && answer.body().contains("etcd");
                    });
            assertThat(process.http("/livez").status()).isEqualTo(200);
        }

        cluster.etcd().start();

        cluster.awaitReady();
        client = cluster.client(0);
        Eventually.await(
                "both nodes own shards and all shards have an owner",
                SETTLE_MAX,
                () -> {
                    var reply =
                            client.cluster()
                                    .describeCluster(DescribeClusterRequest.getDefaultInstance());
                    return reply.getAvailableShards() == reply.getShards()
                            && reply.getLiveNodes() == 2;
                });
        for (int i = 0; i < INSTANCES; i++) {
            instances.add(
                    client.fresh().having("CREATE TABLE t(n INTEGER)", "INSERT INTO t VALUES (0)"));
        }
    }

    @AfterAll
    void stop() {
        client.close();
        cluster.close();
    }

    @Test
    void restartOfEtcdUnderLoadHarmsNoCall() {
        try (var load = new Load("increments", this::increment)) {
            awaitProgress(load);
            cluster.etcd().kill();
            awaitProgress(load);
            cluster.etcd().start();
            awaitProgress(load);
            cluster.awaitReady();
            load.stop();

            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void everythingGoesOnWhileEtcdIsAwayAndHealsAfterwards() {
        var before = shards();
        try (var load = new Load("increments", this::increment)) {
            cluster.etcd().kill();

            for (var process : List.of(cluster.node(0), cluster.node(1), cluster.router(0))) {
                Eventually.await(
                        "a process that lost etcd says so",
                        SETTLE_MAX,
                        () -> process.http("/readyz").body().contains("etcd"));
            }
            Eventually.holds("calls go on", AWAY, () -> load.failures().isEmpty());

            cluster.etcd().start();
            cluster.awaitReady();
            awaitProgress(load);
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
        assertThat(shards()).isEqualTo(before);
    }

    @Test
    void etcdThatHangsIsAsGoodAsAway() {
        try (var load = new Load("increments", this::increment)) {
            cluster.etcd().pause();
            try {
                Eventually.await(
                        "a node that hears nothing from etcd says so",
                        SETTLE_MAX,
                        () -> cluster.node(0).http("/readyz").body().contains("etcd"));
                awaitProgress(load);
            } finally {
                cluster.etcd().resume();
            }
            cluster.awaitReady();
            awaitProgress(load);
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void nodeRestartedWhileEtcdIsAwayServesAgainOnceItIsBack() {
        var instance = instances.get(0);
        var expected = instance.rows("SELECT n FROM t");
        cluster.etcd().stop();
        cluster.node(0).kill();
        cluster.node(1).kill();
        cluster.node(0).start();
        cluster.node(1).start();

        cluster.etcd().start();

        cluster.awaitReady();
        assertThat(instance.rows("SELECT n FROM t")).isEqualTo(expected);
    }

    private void increment(long number) {
        var instance = instances.get((int) (number % INSTANCES));
        assertThat(instance.mutate("UPDATE t SET n = n + 1").getChanges()).isEqualTo(1);
        assertThat(instance.rows("SELECT count(*) FROM t")).containsExactly(row(1));
    }

    private static void awaitProgress(Load load) {
        long enough = load.succeeded() + 20;
        Eventually.await(
                "20 calls more",
                SETTLE_MAX,
                () -> load.succeeded() >= enough || !load.failures().isEmpty());
    }

    private ListShardsResponse shards() {
        return client.cluster().listShards(ListShardsRequest.getDefaultInstance());
    }
}
