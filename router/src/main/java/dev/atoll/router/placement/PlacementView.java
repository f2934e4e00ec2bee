package dev.atoll.router.placement;

import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import dev.atoll.wire.ShardHash;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/**
 * The whole placement at one revision. Immutable.
 *
 * @param revision of the record; a later view of the same cluster has a higher one
 * @param cluster its name
 * @param shards how many there are; 0 while the placement is not known
 * @param nodes that are live, by id
 * @param places by shard; a shard that nobody has owned yet is absent
 */
public record PlacementView(
        long revision,
        String cluster,
        int shards,
        Map<String, LiveNode> nodes,
        Map<Integer, ShardPlace> places) {
    /** About as long as a placement takes to move; a node's lease lasts a few times that. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    public PlacementView {
        nodes = Map.copyOf(nodes);
        places = Map.copyOf(places);
    }

    /** What a router knows before it has read the record. */
    static PlacementView unknown(String cluster) {
        return new PlacementView(0, cluster, 0, Map.of(), Map.of());
    }

    /** Whether the record has been read. */
    public boolean known() {
        return shards > 0;
    }

    /**
     * The node to send a call for this key to; throws NODE_UNAVAILABLE if there is none now, which
     * says nothing about what the instance holds.
     */
    public LiveNode nodeOf(InstanceKey key) {
        if (!known()) {
            throw unavailable("the placement of cluster '" + cluster + "' is not known yet");
        }
        int shard = ShardHash.shard(key, shards);
        var place = places.get(shard);
        if (place == null) {
            throw unavailable("shard " + shard + " has no owner yet").with("shard", "" + shard);
        }
        if (place.handedBack()) {
            throw unavailable("shard " + shard + " is on its way to another node")
                    .with("shard", "" + shard);
        }
        var node = nodes.get(place.owner());
        if (node == null) {
            throw unavailable(
                            "shard "
                                    + shard
                                    + " belongs to node '"
                                    + place.owner()
                                    + "', which is not live")
                    .with("shard", "" + shard)
                    .with("node", place.owner());
        }
        return node;
    }

    /** How many shards have an owner that is live. */
    public int availableShards() {
        return (int)
                places.values().stream().filter(place -> nodes.containsKey(place.owner())).count();
    }

    /** How many shards each owner has, live or not. */
    public Map<String, Integer> shardsByOwner() {
        var counts = new TreeMap<String, Integer>();
        ownedShards().forEach((owner, owned) -> counts.put(owner, owned.cardinality()));
        return counts;
    }

    /** The shards of each owner, live or not. */
    public Map<String, BitSet> ownedShards() {
        var owned = new TreeMap<String, BitSet>();
        places.forEach(
                (shard, place) ->
                        owned.computeIfAbsent(place.owner(), _ -> new BitSet(shards)).set(shard));
        return owned;
    }

    /** The shards that nobody has owned yet. */
    public BitSet shardsWithoutOwner() {
        var free = new BitSet(shards);
        free.set(0, shards);
        places.keySet().forEach(free::clear);
        return free;
    }

    private static Failure unavailable(String message) {
        return Failure.of(Reason.NODE_UNAVAILABLE, message).retryAfter(RETRY_AFTER);
    }
}
