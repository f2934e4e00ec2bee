package dev.atoll.system;

import static dev.atoll.system.harness.Sql.read;
import static dev.atoll.system.harness.Sql.row;
import static io.grpc.Status.Code.UNAVAILABLE;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.proto.v1.ListNodesRequest;
import dev.atoll.proto.v1.ListShardsRequest;
import dev.atoll.proto.v1.Node;
import dev.atoll.proto.v1.Shard;
import dev.atoll.system.harness.AtollProcess;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.Load;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.ShardHash;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three nodes and two routers while nodes are killed, paused and brought back. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class ClusterIT {
    private static final int NODES = 3;
    private static final int SHARDS = 1024;

    /** 1.1 times the fair share, rounded up. */
    private static final long SHARDS_MAX = 376;

    /** A lease's time to live, and as much again for noticing. */
    private static final Duration LEASE = Duration.ofSeconds(10);

    private static final Duration SETTLE_MAX = Duration.ofSeconds(30);
    private static final int INSTANCES = 30;

    private final TestCluster cluster = new TestCluster("cluster");
    private final List<InstanceHandle> instances = new ArrayList<>();
    private TestClient client = new TestClient(1, "");
    private TestClient second = client;

    @BeforeAll
    void startNodesOneAfterAnother() {
        // Routers are ready once there is a node.
        cluster.start(1, 2);
        client = cluster.client(0);
        second = cluster.client(1);
        for (int i = 0; i < NODES; i++) {
            if (i > 0) {
                cluster.addNode().start().awaitReady();
            }
            int nodes = i + 1;
            Eventually.await(
                    nodes + " nodes own shards",
                    SETTLE_MAX,
                    () -> nodes().stream().filter(node -> node.getShards() > 0).count() == nodes);
        }
        Eventually.await(
                "three nodes share the shards",
                SETTLE_MAX,
                () ->
                        nodes().stream().allMatch(node -> node.getShards() <= SHARDS_MAX)
                                && nodes().stream().mapToInt(Node::getShards).sum() == SHARDS);
        for (int i = 0; i < INSTANCES; i++) {
            var instance = client.fresh();
            instance.having("CREATE TABLE t(a)", "INSERT INTO t VALUES (" + i + ")");
            instances.add(instance);
        }
    }

    @AfterAll
    void stop() {
        client.close();
        cluster.close();
    }

    @Test
    void nodesStartedOneAfterAnotherShareTheEmptyShards() {
        var shards = shards(client);

        assertThat(shards).hasSize(SHARDS).allMatch(shard -> !shard.getOwner().isEmpty());
        Map<String, Long> owned = shards.stream().collect(groupingBy(Shard::getOwner, counting()));
        assertThat(owned).hasSize(NODES);
        assertThat(owned.values()).allMatch(count -> count <= SHARDS_MAX);
        assertThat(nodes()).allMatch(Node::getLive);
    }

    @Test
    void twoRoutersGiveTheSameAnswers() {
        Eventually.await(
                "both routers see the same shards",
                SETTLE_MAX,
                () -> shards(client).equals(shards(second)));

        var request =
                ListInstancesRequest.newBuilder().setNamespace("test").setPageSize(1000).build();
        assertThat(client.instances().listInstances(request))
                .isEqualTo(second.instances().listInstances(request));
        for (var instance : instances) {
            assertThat(instance.rows("SELECT a FROM t"))
                    .isEqualTo(instance.through(second).rows("SELECT a FROM t"));
        }
    }

    @Test
    void listingPagesThroughAllNodesInOrder() {
        var request = ListInstancesRequest.newBuilder().setNamespace("test").setPageSize(7);
        var keys = new ArrayList<String>();
        do {
            var page = client.instances().listInstances(request.build());
            assertThat(page.getUnavailableShardsList()).isEmpty();
            page.getInstancesList().forEach(instance -> keys.add(instance.getKey().getId()));
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty());

        assertThat(keys).isSorted().doesNotHaveDuplicates();
        assertThat(keys)
                .containsAll(instances.stream().map(instance -> instance.key().getId()).toList());
    }

    @Test
    void routerStartedLaterServesAtOnce() {
        var router = cluster.addRouter().start().awaitReady();
        try (var late =
                new TestClient(router.port(), cluster.issuer().service("late", "*=admin"))) {
            for (int i = 0; i < INSTANCES; i++) {
                assertThat(instances.get(i).through(late).rows("SELECT a FROM t"))
                        .containsExactly(row(i));
            }
        }
        assertThat(router.terminate()).isIn(0, 143);
    }

    @Test
    void instancesOfAKilledNodeAreUnavailableAndComeBackWithTheirData() {
        var killed = cluster.node(1);
        var lost = ownedBy(killed);
        var others = instances.stream().filter(instance -> !lost.contains(instance)).toList();
        var unborn = unbornOn(killed);
        assertThat(lost).isNotEmpty();
        try (var load =
                new Load(
                        "others",
                        i -> others.get((int) (i % others.size())).rows("SELECT a FROM t"))) {
            killed.kill();

            for (var instance : lost) {
                awaitUnavailable(instance);
            }
            unborn.refusedMutate("CREATE TABLE t(a)").is(UNAVAILABLE, "NODE_UNAVAILABLE");
            lost.get(0).refusedMutate("CREATE TABLE new(a)").is(UNAVAILABLE, "NODE_UNAVAILABLE");
            Refusal.of(lost.get(0)::describe).is(UNAVAILABLE, "NODE_UNAVAILABLE");
            Refusal.of(lost.get(0)::create).is(UNAVAILABLE, "NODE_UNAVAILABLE");
            assertListingNamesTheLostShards(lost);
            Eventually.await(
                    "the killed node is not live",
                    LEASE,
                    () -> nodes().stream().filter(Node::getLive).count() == NODES - 1);

            killed.start().awaitReady();
            lost.forEach(this::awaitData);
            unborn.having("CREATE TABLE t(a)");
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(load.succeeded()).isPositive();
        }
    }

    @Test
    void pausedNodeIsUnavailableAfterItsLeaseAndGoesOnAfterwards() {
        var paused = cluster.node(2);
        var instance = ownedBy(paused).get(0);
        paused.pause();
        try {
            Eventually.await(
                    "a paused node's instance is unavailable",
                    LEASE,
                    () ->
                            refusal(instance, Duration.ofSeconds(1))
                                    .reason()
                                    .equals("NODE_UNAVAILABLE"));
        } finally {
            paused.resume();
        }
        awaitData(instance);
        instance.mutate("UPDATE t SET a = a");
        paused.awaitReady();
    }

    @Test
    void secondNodeOnTheSameDataFolderIsRefused() {
        var intruder = cluster.addNode().with("data", cluster.dataFolder(0)).start();

        assertThat(intruder.awaitExit()).isEqualTo(1);
        assertThat(intruder.log())
                .contains(cluster.dataFolder(0).toString())
                .containsIgnoringCase("another process");
        awaitData(ownedBy(cluster.node(0)).get(0));
    }

    private List<Node> nodes() {
        return client.cluster().listNodes(ListNodesRequest.getDefaultInstance()).getNodesList();
    }

    private static List<Shard> shards(TestClient client) {
        return client.cluster().listShards(ListShardsRequest.getDefaultInstance()).getShardsList();
    }

    private String id(AtollProcess process) {
        return nodes().stream()
                .filter(node -> node.getAddress().endsWith(":" + process.port()))
                .findFirst()
                .orElseThrow()
                .getId();
    }

    private List<InstanceHandle> ownedBy(AtollProcess process) {
        var id = id(process);
        return instances.stream()
                .filter(instance -> instance.describe().getNode().equals(id))
                .toList();
    }

    /** An instance that does not exist and whose shard that node owns. */
    private InstanceHandle unbornOn(AtollProcess process) {
        var id = id(process);
        var owned =
                shards(client).stream()
                        .filter(shard -> shard.getOwner().equals(id))
                        .map(Shard::getShard)
                        .toList();
        while (true) {
            var instance = client.fresh();
            if (owned.contains(shardOf(instance))) {
                return instance;
            }
        }
    }

    private static int shardOf(InstanceHandle instance) {
        return ShardHash.shard(InstanceKey.of(instance.key()), SHARDS);
    }

    private void assertListingNamesTheLostShards(List<InstanceHandle> lost) {
        var page =
                client.instances()
                        .listInstances(
                                ListInstancesRequest.newBuilder()
                                        .setNamespace("test")
                                        .setPageSize(1000)
                                        .build());
        var shards = lost.stream().map(instance -> shardOf(instance)).toList();
        assertThat(page.getUnavailableShardsList()).containsAll(shards);
        assertThat(page.getInstancesList())
                .noneMatch(instance -> shards.contains(instance.getShard()));
    }

    /** Until the lease is over a call may end with a bare status; it never finds nothing. */
    private void awaitUnavailable(InstanceHandle instance) {
        Eventually.await(
                "the instance of a killed node is unavailable",
                LEASE,
                () -> {
                    var refusal = refusal(instance, Duration.ofSeconds(2));
                    assertThat(refusal.code())
                            .isIn(UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED, Status.Code.UNKNOWN);
                    return refusal.reason().equals("NODE_UNAVAILABLE") && refusal.retryInfo();
                });
    }

    private void awaitData(InstanceHandle instance) {
        var expected = row(instances.indexOf(instance));
        Eventually.await(
                "the instance is back",
                SETTLE_MAX,
                () -> {
                    try {
                        assertThat(instance.rows("SELECT a FROM t")).containsExactly(expected);
                        return true;
                    } catch (StatusRuntimeException e) {
                        assertThat(Status.fromThrowable(e).getCode()).isEqualTo(UNAVAILABLE);
                        return false;
                    }
                });
    }

    private Refusal refusal(InstanceHandle instance, Duration deadline) {
        return Refusal.of(
                () -> {
                    var _ =
                            client.database()
                                    .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
                                    .query(instance.queryRequest(read("SELECT a FROM t")));
                });
    }
}
