package dev.atoll.router.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.proto.placement.v1.ClusterRecord;
import dev.atoll.wire.EtcdLayout;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.DeleteOption;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdPlacementIT {
    private static final EtcdLayout LAYOUT = new EtcdLayout("test");
    private static final int SHARDS = 256;
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir private Path folder;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private EtcdProcess etcd;

    @BeforeEach
    void startEtcd() throws IOException {
        etcd = new EtcdProcess(folder.resolve("etcd"));
        etcd.awaitPort();
        started.push(etcd);
    }

    @AfterEach
    void stop() throws Exception {
        for (var part : started) {
            part.close();
        }
    }

    @Test
    void nodesStartedOneAfterAnotherEndWithinATenthOfTheFairShare() throws Exception {
        var placement = open();
        for (int nodes = 1; nodes <= 3; nodes++) {
            join("n" + nodes);
            int live = nodes;
            Eventually.holds(SOON, () -> isBalanced(placement.view(), live));
        }

        assertThat(placement.view().availableShards()).isEqualTo(SHARDS);
        assertThat(placement.missing()).isEmpty();
    }

    @Test
    void aShardThatHoldsDataStaysWhereItIs() throws Exception {
        var placement = open();
        var first = join("n1");
        Eventually.holds(SOON, () -> isBalanced(placement.view(), 1));
        for (int shard = 0; shard < 200; shard++) {
            first.holdsData.add(shard);
        }
        join("n2");
        Eventually.holds(SOON, () -> placement.view().shardsByOwner().getOrDefault("n2", 0) == 56);

        assertThat(placement.view().places().entrySet())
                .allMatch(e -> e.getKey() >= 200 || e.getValue().owner().equals("n1"));
    }

    @Test
    void aRouterStartedLaterServesAtOnceAndBothSeeTheSame() throws Exception {
        var first = open();
        join("n1");
        Eventually.holds(SOON, () -> isBalanced(first.view(), 1));
        var second = open();

        assertThat(second.view().places()).isEqualTo(first.view().places());
        assertThat(second.missing()).isEmpty();
    }

    @Test
    void anotherRouterKeepsThePlacementWhenTheKeeperGoes() throws Exception {
        var first = open();
        join("n1");
        Eventually.holds(SOON, () -> isBalanced(first.view(), 1));
        var second = open();
        first.close();
        join("n2");

        Eventually.holds(SOON, () -> isBalanced(second.view(), 2));
        assertThat(second.view().shardsByOwner()).containsOnlyKeys("n1", "n2");
    }

    @Test
    void theShardsOfADeadNodeAreUnavailableAndStay() throws Exception {
        var placement = open();
        join("n1");
        var second = join("n2");
        Eventually.holds(SOON, () -> isBalanced(placement.view(), 2));
        second.die();
        Eventually.holds(SOON, () -> placement.view().nodes().size() == 1);

        var key = keyOf(placement.view(), "n2");
        assertThatThrownBy(() -> placement.view().nodeOf(key))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> {
                            assertThat(failure.reason()).isEqualTo(Reason.NODE_UNAVAILABLE);
                            assertThat(failure.retryAfter()).isPresent();
                        });
        join("n2");
        Eventually.holds(SOON, () -> placement.view().nodes().size() == 2);
        assertThat(placement.view().nodeOf(key).id()).isEqualTo("n2");
    }

    @Test
    void goesOnServingWhileEtcdIsAwayAndHealsByItself() throws Exception {
        var placement = open();
        join("n1");
        Eventually.holds(SOON, () -> isBalanced(placement.view(), 1));
        etcd.stop();
        Eventually.holds(SOON, () -> !placement.missing().isEmpty());

        assertThat(placement.view().availableShards()).isEqualTo(SHARDS);
        assertThat(placement.missing().getFirst()).contains("etcd at http", "serving from");
        etcd.startAgain();
        Eventually.holds(SOON, () -> placement.missing().isEmpty());
        join("n2");
        Eventually.holds(SOON, () -> isBalanced(placement.view(), 2));
        assertThat(placement.view().nodes()).containsOnlyKeys("n1", "n2");
    }

    @Test
    void noticesSoonThatEtcdIsBackAndCallsTheNodesThatWereLiveMeanwhile() throws Exception {
        var placement = open();
        var member = join("n1");
        Eventually.holds(SOON, () -> isBalanced(placement.view(), 1));
        etcd.stop();
        // As long as a connection's attempts need to be many seconds apart.
        Eventually.holds(
                Duration.ofSeconds(40),
                () -> placement.missing().stream().anyMatch(line -> line.contains("for 12 s")));
        etcd.startAgain();

        Eventually.holds(Duration.ofSeconds(6), () -> placement.missing().isEmpty());
        assertThat(placement.view().nodes()).containsKey("n1");
        assertThat(member).isNotNull();
    }

    @Test
    void etcdMayComeLast() throws Exception {
        etcd.stop();
        var placement = open();
        assertThat(placement.missing().getFirst()).contains("no placement known yet");
        assertThatThrownBy(() -> placement.view().nodeOf(InstanceKey.parse("user:a")))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(Reason.NODE_UNAVAILABLE));
        etcd.startAgain();
        join("n1");

        Eventually.holds(SOON, () -> isBalanced(placement.view(), 1));
        assertThat(placement.missing()).isEmpty();
    }

    @Test
    void aWipedRecordGoesBackToTheOwnersThatHadIt() throws Exception {
        var placement = open();
        join("n1");
        join("n2");
        Eventually.holds(SOON, () -> isBalanced(placement.view(), 2));
        var before = placement.view().places();
        try (var client = Client.builder().endpoints(etcd.url()).build()) {
            client.getKVClient()
                    .delete(bytes(LAYOUT.root()), DeleteOption.builder().isPrefix(true).build())
                    .get(5, TimeUnit.SECONDS);
        }
        Eventually.holds(SOON, () -> !placement.missing().isEmpty());
        assertThat(placement.view().places()).isEqualTo(before);
        join("n1");
        join("n2");
        Eventually.holds(SOON, () -> placement.missing().isEmpty());
        Eventually.holds(SOON, () -> placement.view().availableShards() == SHARDS);

        before.forEach(
                (shard, place) ->
                        assertThat(placement.view().places().get(shard))
                                .satisfies(
                                        now -> {
                                            assertThat(now.owner()).isEqualTo(place.owner());
                                            assertThat(now.epoch()).isGreaterThan(place.epoch());
                                        }));
    }

    @Test
    void refusesANewerLayout() throws Exception {
        put(
                ClusterRecord.newBuilder()
                        .setFormat(EtcdLayout.FORMAT + 1)
                        .setCluster("test")
                        .setShards(SHARDS)
                        .build());

        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a newer Atoll wrote it");
    }

    @Test
    void refusesTheRecordOfAnotherCluster() throws Exception {
        put(
                ClusterRecord.newBuilder()
                        .setFormat(EtcdLayout.FORMAT)
                        .setCluster("other")
                        .setShards(SHARDS)
                        .build());

        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("names cluster 'other' (expected: 'test')");
    }

    private EtcdPlacement open() throws IOException {
        var placement =
                EtcdPlacement.open(
                        new EtcdAddress(List.of(etcd.url()), null, null, null),
                        LAYOUT,
                        _ -> {},
                        new SimpleMeterRegistry());
        started.push(placement);
        return placement;
    }

    private FakeMember join(String id) throws Exception {
        var member = new FakeMember(etcd.url(), LAYOUT, id, "127.0.0.1:1", SHARDS);
        started.push(member);
        return member;
    }

    private void put(ClusterRecord cluster) throws Exception {
        try (var client = Client.builder().endpoints(etcd.url()).build()) {
            client.getKVClient()
                    .put(bytes(LAYOUT.clusterKey()), ByteSequence.from(cluster.toByteString()))
                    .get(5, TimeUnit.SECONDS);
        }
    }

    private static boolean isBalanced(PlacementView view, int nodes) {
        double fair = (double) SHARDS / nodes;
        var counts = view.shardsByOwner();
        return view.nodes().size() == nodes
                && view.places().size() == SHARDS
                && view.places().values().stream()
                        .allMatch(place -> place.state() == ShardPlace.State.ACTIVE)
                && counts.size() == nodes
                && counts.values().stream().allMatch(n -> n <= 1.1 * fair && n >= fair / 1.2);
    }

    private static InstanceKey keyOf(PlacementView view, String owner) {
        for (int i = 0; ; i++) {
            var key = InstanceKey.parse("user:" + i);
            var place = view.places().get(dev.atoll.wire.ShardHash.shard(key, SHARDS));
            if (place != null && place.owner().equals(owner)) {
                return key;
            }
            if (i > 10_000) {
                throw new AssertionError("no key of " + owner);
            }
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }
}
