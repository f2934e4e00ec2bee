package dev.atoll.router.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class RingTest {
    private static final int SHARDS = 1024;

    @Property(tries = 100)
    void nobodyGetsMoreThanATenthAboveItsFairShare(
            @ForAll("capacities") Map<String, Double> capacities,
            @ForAll @IntRange(min = 1, max = 3000) int shards) {
        var owners = dealAll(capacities, shards);

        double all = capacities.values().stream().mapToDouble(Double::doubleValue).sum();
        assertThat(owners).hasSize(shards);
        counts(owners)
                .forEach(
                        (node, count) -> {
                            double fair = shards * capacities.getOrDefault(node, 0.0) / all;
                            assertThat(count).isLessThanOrEqualTo((int) Math.ceil(1.1 * fair));
                        });
    }

    @Property(tries = 50)
    void aNewNodeMovesAboutItsShareOnly(@ForAll @IntRange(min = 1, max = 20) int nodes) {
        var before = dealAll(equal(nodes), SHARDS);
        var after = dealAll(equal(nodes + 1), SHARDS);

        long moved =
                before.keySet().stream()
                        .filter(shard -> !Objects.equals(before.get(shard), after.get(shard)))
                        .count();
        // Its own share, and those that were displaced by full nodes.
        assertThat(moved).isLessThanOrEqualTo(2 * SHARDS / (nodes + 1) + SHARDS / 20);
    }

    @Property(tries = 50)
    void theSameNodesGiveTheSameAnswerInAnyOrder(
            @ForAll("capacities") Map<String, Double> capacities) {
        var reversed = new TreeMap<String, Double>(java.util.Comparator.reverseOrder());
        reversed.putAll(capacities);

        assertThat(dealAll(reversed, SHARDS)).isEqualTo(dealAll(capacities, SHARDS));
    }

    @Example
    void leavesOutWhatNobodyHasRoomFor() {
        var owners = new Ring(equal(2)).deal(List.of(1, 2, 3), Map.of("n0", 1, "n1", 1));

        assertThat(owners).hasSize(2);
        assertThat(owners.values()).containsExactlyInAnyOrder("n0", "n1");
    }

    @Example
    void isPinned() {
        // Routers of two versions must agree on where a shard goes.
        assertThat(dealAll(equal(3), 8).values())
                .containsExactly("n1", "n2", "n1", "n0", "n2", "n2", "n0", "n1");
    }

    @Provide
    Arbitrary<Map<String, Double>> capacities() {
        return Arbitraries.maps(
                        Arbitraries.strings().alpha().numeric().ofLength(6),
                        Arbitraries.doubles().between(0.25, 8))
                .ofMinSize(1)
                .ofMaxSize(12);
    }

    private static Map<String, Double> equal(int nodes) {
        var capacities = new HashMap<String, Double>();
        IntStream.range(0, nodes).forEach(i -> capacities.put("n" + i, 1.0));
        return capacities;
    }

    private static Map<Integer, String> dealAll(Map<String, Double> capacities, int shards) {
        var share = new FairShare(shards, capacities);
        var room = new HashMap<String, Integer>();
        capacities.keySet().forEach(node -> room.put(node, share.max(node)));
        return new Ring(capacities).deal(IntStream.range(0, shards).boxed().toList(), room);
    }

    private static Map<String, Integer> counts(Map<Integer, String> owners) {
        var counts = new TreeMap<String, Integer>();
        owners.values().forEach(node -> counts.merge(node, 1, Integer::sum));
        return counts;
    }
}
