package dev.atoll.router.ring;

import java.util.Map;

/**
 * How many shards a node should have, and may have at most. Immutable.
 *
 * @param shards to be shared
 * @param capacities of the nodes that share them, each above 0
 */
public record FairShare(int shards, Map<String, Double> capacities) {
    /** No node gets more than this times its fair share. */
    public static final double LOAD_FACTOR = 1.1;

    /** Throws {@link IllegalArgumentException} on a capacity that is not above 0. */
    public FairShare {
        capacities = Map.copyOf(capacities);
        capacities.forEach(
                (node, capacity) -> {
                    if (!(capacity > 0)) {
                        throw new IllegalArgumentException(
                                "capacity of '" + node + "': " + capacity + " (expected: > 0)");
                    }
                });
    }

    /** The node's share by capacity. */
    public double of(String node) {
        double all = capacities.values().stream().mapToDouble(Double::doubleValue).sum();
        return shards * capacities.getOrDefault(node, 0.0) / all;
    }

    /** The most it may have: 1.1 times its share, but never less than its share rounded up. */
    public int max(String node) {
        double share = of(node);
        return Math.max((int) Math.ceil(share), (int) Math.floor(LOAD_FACTOR * share));
    }

    /** Fewer than this is too few: others carry its part. */
    public int min(String node) {
        return (int) Math.floor(of(node) / LOAD_FACTOR);
    }
}
