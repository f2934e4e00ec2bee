package dev.atoll.router.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.router.placement.ShardPlace.State;
import dev.atoll.wire.Epoch;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlacementPlanTest {
    private static final int SHARDS = 1024;

    private final Map<String, LiveNode> nodes = new HashMap<>();
    private final Map<Integer, ShardPlace> places = new TreeMap<>();
    private final Map<Integer, ShardPlace> remembered = new HashMap<>();
    private final Set<Integer> holdData = new HashSet<>();

    @Test
    void givesEverythingToTheFirstNode() {
        join("n1");
        settle();

        assertThat(counts()).isEqualTo(Map.of("n1", SHARDS));
        assertThat(places.values()).allMatch(place -> place.epoch().equals(new Epoch(1)));
    }

    @Test
    void nodesStartedOneAfterAnotherShareFairly() {
        for (var node : new String[] {"n1", "n2", "n3"}) {
            join(node);
            settle();
        }

        assertThat(counts().values()).allMatch(count -> count >= 340 && count <= 342);
    }

    @Test
    void nodesThatAreThereFromTheStartShareWithinATenth() {
        join("n1");
        join("n2");
        join("n3");
        settle();

        assertThat(counts().values()).allMatch(count -> count >= 310 && count <= 375);
    }

    @Test
    void aNewcomerMovesItsShareOnly() {
        for (int i = 0; i < 10; i++) {
            join("n" + i);
        }
        settle();
        var before = Map.copyOf(places);
        join("newcomer");
        settle();

        long moved =
                places.entrySet().stream()
                        .filter(
                                e ->
                                        !place(before, e.getKey())
                                                .owner()
                                                .equals(e.getValue().owner()))
                        .count();
        assertThat(moved).isBetween(80L, 120L);
        assertThat(counts().get("newcomer")).isBetween(84, 102);
    }

    @Test
    void sharesByCapacity() {
        nodes.put("big", new LiveNode("big", "a:1", 3, Instant.EPOCH, "p"));
        join("small");
        settle();

        assertThat(counts().get("small")).isBetween(232, 281);
        assertThat(counts().get("big")).isBetween(743, 844);
    }

    @Test
    void shardsThatHoldDataStay() {
        join("n1");
        settle();
        for (int shard = 0; shard < 900; shard++) {
            holdData.add(shard);
        }
        join("n2");
        settle();

        assertThat(places.entrySet())
                .allMatch(e -> e.getKey() >= 900 || e.getValue().owner().equals("n1"));
        assertThat(counts().get("n2")).isEqualTo(124);
    }

    @Test
    void shardsOfADeadNodeStayAndTheOthersDoNotMove() {
        for (var node : new String[] {"n1", "n2", "n3"}) {
            join(node);
            settle();
        }
        var before = Map.copyOf(places);
        nodes.remove("n2");
        settle();

        assertThat(places).isEqualTo(before);
    }

    @Test
    void everyMoveTakesTheNextEpoch() {
        join("n1");
        settle();
        join("n2");
        settle();

        assertThat(places.values())
                .allMatch(place -> place.epoch().value() == (place.owner().equals("n2") ? 2 : 1));
    }

    @Test
    void aReleasedShardWhoseTargetDiedGoesToSomebodyElse() {
        join("n1");
        settle();
        places.put(7, new ShardPlace("n1", new Epoch(1), State.RELEASED, "gone", 1));
        settle();

        assertThat(place(places, 7).owner()).isEqualTo("n1");
        assertThat(place(places, 7).epoch()).isEqualTo(new Epoch(2));
        assertThat(place(places, 7).state()).isEqualTo(State.ACTIVE);
    }

    @Test
    void aLostRecordGoesBackToWhereItWasAndNotToTheRing() {
        join("n1");
        join("n2");
        settle();
        remembered.putAll(places);
        remembered.put(3, new ShardPlace("dead", new Epoch(4), State.PINNED, "", 9));
        places.clear();
        settle();

        remembered.forEach(
                (shard, last) -> {
                    assertThat(place(places, shard).owner()).isEqualTo(last.owner());
                    assertThat(place(places, shard).epoch()).isEqualTo(last.epoch().next());
                });
        assertThat(place(places, 3).state()).isEqualTo(State.PINNED);
    }

    @Test
    void doesNothingWithoutALiveNode() {
        assertThat(PlacementPlan.of(view(), Map.of())).isEmpty();
    }

    private static ShardPlace place(Map<Integer, ShardPlace> places, int shard) {
        return Objects.requireNonNull(places.get(shard));
    }

    private void join(String node) {
        nodes.put(node, new LiveNode(node, node + ":1", 1, Instant.EPOCH, "p-" + node));
    }

    /** Applies the plan, and has the owners answer, until nothing changes any more. */
    private void settle() {
        for (int round = 0; round < 20; round++) {
            var changes = PlacementPlan.of(view(), remembered);
            if (changes.isEmpty()) {
                return;
            }
            changes.forEach(change -> places.put(change.shard(), change.after()));
            places.replaceAll(this::answerOfOwner);
        }
        throw new AssertionError("the placement does not come to rest");
    }

    private ShardPlace answerOfOwner(int shard, ShardPlace place) {
        if (place.state() != State.RELEASING || !nodes.containsKey(place.owner())) {
            return place;
        }
        var answer = holdData.contains(shard) ? State.PINNED : State.RELEASED;
        return new ShardPlace(place.owner(), place.epoch(), answer, place.target(), 0);
    }

    private PlacementView view() {
        return new PlacementView(1, "test", SHARDS, nodes, places);
    }

    private Map<String, Integer> counts() {
        return view().shardsByOwner();
    }
}
