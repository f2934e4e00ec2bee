package dev.atoll.router.placement;

import dev.atoll.wire.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One node that owns every shard, in this process or at a fixed address. Thread-safe. */
public final class LocalPlacement implements Placement {
    private static final String CLUSTER = "local";

    private final CurrentView current;

    /**
     * A placement that never moves.
     *
     * @param node its id
     * @param address where it is
     * @param shards how many there are
     * @param now when the process started
     */
    public LocalPlacement(String node, String address, int shards, Instant now) {
        var live = new LiveNode(node, address, 1, now, node);
        var place = new ShardPlace(node, new Epoch(1), ShardPlace.State.ACTIVE, "", 1);
        var places =
                IntStream.range(0, shards)
                        .boxed()
                        .collect(Collectors.toMap(Function.identity(), _ -> place));
        this.current =
                new CurrentView(new PlacementView(1, CLUSTER, shards, Map.of(node, live), places));
    }

    @Override
    public PlacementView view() {
        return current.get();
    }

    @Override
    public void afterMove(long revision, Duration timeout, Runnable then) {
        current.afterMove(revision, timeout, then);
    }

    @Override
    public List<String> missing() {
        return List.of();
    }

    @Override
    public void close() {
        current.close();
    }
}
