package dev.atoll.router.placement;

import dev.atoll.router.placement.ShardPlace.State;
import dev.atoll.router.ring.FairShare;
import dev.atoll.router.ring.Ring;
import dev.atoll.wire.Epoch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the keeper should write next: a pure function of the record. Applied again and again, with
 * owners that answer, it comes to rest.
 *
 * <pre>
 * no record     -- dealt by the ring ---------------&gt;  ACTIVE at a live node, epoch 1
 * ACTIVE        -- its owner has too many ----------&gt;  RELEASING, target = one that has too few
 * RELEASING     -- the owner says: empty, fenced ---&gt;  RELEASED      (the owner writes these two)
 *               -- the owner says: holds data ------&gt;  PINNED        for good
 * RELEASED      ------------------------------------&gt;  ACTIVE at the target, epoch + 1
 * </pre>
 *
 * A shard whose owner is not live stays where it is, in whatever state. One thread at a time.
 */
final class PlacementPlan {
    private final PlacementView view;
    private final Map<Integer, ShardPlace> remembered;
    private final FairShare share;
    private final Map<String, Double> capacities;
    private final Map<String, Integer> loads = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();

    private PlacementPlan(PlacementView view, Map<Integer, ShardPlace> remembered) {
        this.view = view;
        this.remembered = remembered;
        this.capacities =
                view.nodes().values().stream()
                        .collect(Collectors.toMap(LiveNode::id, LiveNode::capacity));
        this.share = new FairShare(view.shards() - stuck(), capacities);
    }

    /** One record to write, if it is still as it was read: absent, or of that mod-revision. */
    record Change(int shard, @Nullable ShardPlace before, ShardPlace after) {}

    /**
     * The changes; empty when all is well or nothing can be done.
     *
     * @param remembered where each shard was last seen. A shard that is in here and not in the view
     *     lost its record, not its data: it goes back to where it was
     */
    static List<Change> of(PlacementView view, Map<Integer, ShardPlace> remembered) {
        if (!view.known() || view.nodes().isEmpty()) {
            return List.of();
        }
        var plan = new PlacementPlan(view, remembered);
        plan.countLoads();
        plan.placeShardsWithoutServer();
        plan.releaseSurplus();
        return List.copyOf(plan.changes);
    }

    /** Shards that stay with a node that is not live; the others are shared fairly. */
    private int stuck() {
        return (int)
                view.places().values().stream()
                        .filter(place -> !place.handedBack() && !isLive(place.owner()))
                        .count();
    }

    /** What each live node has, or will have once the releases under way are over. */
    private void countLoads() {
        view.nodes().keySet().forEach(node -> loads.put(node, 0));
        for (var place : view.places().values()) {
            boolean toTarget = place.state() == State.RELEASING || place.handedBack();
            if (!place.handedBack() && !isLive(place.owner())) {
                continue;
            }
            var server = toTarget && isLive(place.target()) ? place.target() : place.owner();
            boolean waits = place.handedBack() && !isLive(place.target());
            if (!waits) {
                count(server, 1);
            }
        }
    }

    private void placeShardsWithoutServer() {
        var toDeal = new TreeSet<Integer>();
        for (int shard = 0; shard < view.shards(); shard++) {
            var place = view.places().get(shard);
            if (place == null && remembered.get(shard) != null) {
                restore(shard, remembered.get(shard));
            } else if (place == null) {
                toDeal.add(shard);
            } else if (place.handedBack() && isLive(place.target())) {
                serve(shard, place, place.target());
            } else if (place.handedBack()) {
                toDeal.add(shard);
            }
        }
        var room = new HashMap<String, Integer>();
        loads.forEach((node, load) -> room.put(node, share.max(node) - load));
        new Ring(capacities)
                .deal(toDeal, room)
                .forEach(
                        (shard, node) -> {
                            serve(shard, view.places().get(shard), node);
                            count(node, 1);
                        });
    }

    private void restore(int shard, ShardPlace last) {
        var state = last.state() == State.PINNED ? State.PINNED : State.ACTIVE;
        changes.add(
                new Change(
                        shard,
                        null,
                        new ShardPlace(last.owner(), last.epoch().next(), state, "", 0)));
        if (isLive(last.owner())) {
            count(last.owner(), 1);
        }
    }

    private void serve(int shard, @Nullable ShardPlace before, String node) {
        var epoch = before == null ? new Epoch(1) : before.epoch().next();
        changes.add(new Change(shard, before, new ShardPlace(node, epoch, State.ACTIVE, "", 0)));
    }

    /** Only when somebody is out of bounds; then down to the fair share, so that it lasts. */
    private void releaseSurplus() {
        boolean balanced =
                loads.entrySet().stream()
                        .allMatch(
                                load ->
                                        load.getValue() <= share.max(load.getKey())
                                                && load.getValue() >= share.min(load.getKey()));
        if (balanced) {
            return;
        }
        var surplus = new TreeSet<Integer>();
        var wanted = new TreeMap<String, Integer>();
        loads.forEach(
                (node, load) -> {
                    int tooMany = load - (int) Math.ceil(share.of(node));
                    int tooFew = (int) Math.floor(share.of(node)) - load;
                    if (tooMany > 0) {
                        Ring.inOrder(activeShardsOf(node)).stream()
                                .limit(tooMany)
                                .forEach(surplus::add);
                    } else if (tooFew > 0) {
                        wanted.put(node, tooFew);
                    }
                });
        var takers = new HashMap<>(capacities);
        takers.keySet().retainAll(wanted.keySet());
        new Ring(takers)
                .deal(surplus, wanted)
                .forEach(
                        (shard, target) -> {
                            var place = view.places().get(shard);
                            if (place != null) {
                                changes.add(
                                        new Change(
                                                shard,
                                                place,
                                                new ShardPlace(
                                                        place.owner(),
                                                        place.epoch(),
                                                        State.RELEASING,
                                                        target,
                                                        0)));
                            }
                        });
    }

    private List<Integer> activeShardsOf(String node) {
        return view.places().entrySet().stream()
                .filter(
                        entry ->
                                entry.getValue().state() == State.ACTIVE
                                        && entry.getValue().owner().equals(node))
                .map(Map.Entry::getKey)
                .toList();
    }

    private boolean isLive(String node) {
        return view.nodes().containsKey(node);
    }

    private void count(String node, int more) {
        loads.merge(node, more, Integer::sum);
    }
}
