package dev.atoll.router.ring;

import dev.atoll.wire.ShardHash;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Nodes on a circle of 64-bit hashes, each at many points; a shard belongs to the first node
 * clockwise that has room. Immutable.
 *
 * <pre>
 *        n1         a shard walks clockwise from its own point:
 *    n3      n2     past n2, which is full, to n3
 *       s &gt;&gt;
 * </pre>
 */
public final class Ring {
    /** Points of a node of average capacity: more spread it more evenly. */
    private static final int POINTS = 128;

    private static final int POINTS_MAX = 16 * POINTS;

    // By hash with the sign bit flipped: the order of unsigned numbers.
    private final TreeMap<Long, String> points = new TreeMap<>();

    /** A ring of these nodes with their capacities. */
    public Ring(Map<String, Double> capacities) {
        double average =
                capacities.values().stream().mapToDouble(Double::doubleValue).average().orElse(1);
        capacities.forEach(
                (node, capacity) -> {
                    long count = Math.clamp(Math.round(POINTS * capacity / average), 1, POINTS_MAX);
                    for (int i = 0; i < count; i++) {
                        points.put(position("node " + node + ' ' + i), node);
                    }
                });
    }

    /**
     * Deals shards to nodes. A shard for which nobody has room is left out.
     *
     * @param shards by number; their order does not matter
     * @param room how many more each node takes
     */
    public Map<Integer, String> deal(Collection<Integer> shards, Map<String, Integer> room) {
        var left = new HashMap<>(room);
        left.values().removeIf(count -> count <= 0);
        var owners = new TreeMap<Integer, String>();
        // In the order of their numbers: the same shards and nodes give the same answer anywhere.
        for (int shard : new TreeSet<>(shards)) {
            var owner = firstWithRoom(shard, left);
            if (owner == null) {
                return owners;
            }
            owners.put(shard, owner);
            left.computeIfPresent(owner, (_, count) -> count > 1 ? count - 1 : null);
        }
        return owners;
    }

    /** The shards in the order in which they lie on the ring. */
    public static Collection<Integer> inOrder(Collection<Integer> shards) {
        var ordered = new TreeMap<Long, Integer>();
        shards.forEach(shard -> ordered.put(position("shard " + shard), shard));
        return ordered.values();
    }

    private @org.jspecify.annotations.Nullable String firstWithRoom(
            int shard, Map<String, Integer> left) {
        if (left.isEmpty()) {
            return null;
        }
        long start = position("shard " + shard);
        for (var node : points.tailMap(start).values()) {
            if (left.containsKey(node)) {
                return node;
            }
        }
        for (var node : points.headMap(start).values()) {
            if (left.containsKey(node)) {
                return node;
            }
        }
        return null;
    }

    private static long position(String text) {
        return ShardHash.hash64(text.getBytes(StandardCharsets.UTF_8)) ^ Long.MIN_VALUE;
    }
}
