package dev.atoll.router.placement;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.atoll.proto.placement.v1.ClusterRecord;
import dev.atoll.proto.placement.v1.ConfigRecord;
import dev.atoll.proto.placement.v1.NodeRecord;
import dev.atoll.proto.placement.v1.ShardRecord;
import dev.atoll.proto.placement.v1.ShardRecordState;
import dev.atoll.wire.Epoch;
import dev.atoll.wire.EtcdLayout;
import io.etcd.jetcd.KeyValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that etcd holds of a cluster, read at one revision. Immutable.
 *
 * @param view what routers act on
 * @param keeper who keeps the record now
 * @param configVersion of the declarations; 0 for none
 */
record EtcdRecord(PlacementView view, Optional<KeeperKey> keeper, long configVersion) {
    /**
     * The keeper's key.
     *
     * @param router the id of the router that wrote it
     * @param createRevision of the key: every election has another
     */
    record KeeperKey(String router, long createRevision) {}

    /** The record is not one that this version may act on; the text says why. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    static EtcdRecord parse(EtcdClient.Reading reading, EtcdLayout layout) throws Refused {
        var nodes = new HashMap<String, LiveNode>();
        var places = new HashMap<Integer, ShardPlace>();
        int shards = 0;
        long configVersion = 0;
        @Nullable KeeperKey keeper = null;
        for (var entry : reading.entries()) {
            var key = entry.getKey().toString(StandardCharsets.UTF_8);
            try {
                if (key.equals(layout.clusterKey())) {
                    shards = shards(ClusterRecord.parseFrom(entry.getValue().getBytes()), layout);
                } else if (key.startsWith(layout.nodesPrefix())) {
                    var node = node(NodeRecord.parseFrom(entry.getValue().getBytes()));
                    nodes.put(node.id(), node);
                } else if (key.startsWith(layout.shardsPrefix())) {
                    places.put(layout.shardOf(key), place(entry));
                } else if (key.equals(layout.configKey())) {
                    configVersion =
                            ConfigRecord.parseFrom(entry.getValue().getBytes()).getVersion();
                } else if (key.equals(layout.keeperKey())) {
                    keeper =
                            new KeeperKey(
                                    entry.getValue().toString(StandardCharsets.UTF_8),
                                    entry.getCreateRevision());
                }
            } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
                throw new Refused("etcd key " + key + " is not one of ours: " + e.getMessage());
            }
        }
        var view = new PlacementView(reading.revision(), layout.cluster(), shards, nodes, places);
        return new EtcdRecord(view, Optional.ofNullable(keeper), configVersion);
    }

    /** The record of a shard, to be written. */
    static ByteString encode(ShardPlace place) {
        var state =
                switch (place.state()) {
                    case ACTIVE -> ShardRecordState.SHARD_RECORD_STATE_ACTIVE;
                    case RELEASING -> ShardRecordState.SHARD_RECORD_STATE_RELEASING;
                    case RELEASED -> ShardRecordState.SHARD_RECORD_STATE_RELEASED;
                    case PINNED -> ShardRecordState.SHARD_RECORD_STATE_PINNED;
                };
        return ShardRecord.newBuilder()
                .setOwner(place.owner())
                .setEpoch(place.epoch().value())
                .setState(state)
                .setTarget(place.target())
                .build()
                .toByteString();
    }

    private static int shards(ClusterRecord cluster, EtcdLayout layout) throws Refused {
        if (cluster.getFormat() > EtcdLayout.FORMAT) {
            throw new Refused(
                    "etcd holds layout "
                            + cluster.getFormat()
                            + " of cluster '"
                            + layout.cluster()
                            + "' (expected: at most "
                            + EtcdLayout.FORMAT
                            + "): a newer Atoll wrote it");
        }
        if (!cluster.getCluster().equals(layout.cluster())) {
            throw new Refused(
                    "etcd key "
                            + layout.clusterKey()
                            + " names cluster '"
                            + cluster.getCluster()
                            + "' (expected: '"
                            + layout.cluster()
                            + "')");
        }
        if (cluster.getShards() <= 0) {
            throw new Refused(
                    "etcd says that cluster '"
                            + layout.cluster()
                            + "' has "
                            + Integer.toUnsignedString(cluster.getShards())
                            + " shards (expected: 1 to "
                            + Integer.MAX_VALUE
                            + ")");
        }
        return cluster.getShards();
    }

    private static LiveNode node(NodeRecord node) {
        if (!(node.getCapacity() > 0) || node.getId().isEmpty()) {
            throw new IllegalArgumentException(
                    "node '" + node.getId() + "' with capacity " + node.getCapacity());
        }
        return new LiveNode(
                node.getId(),
                node.getAddress(),
                node.getCapacity(),
                Instant.ofEpochMilli(node.getRegisteredAtMillis()),
                node.getProcess());
    }

    private static ShardPlace place(KeyValue entry) throws InvalidProtocolBufferException {
        var record = ShardRecord.parseFrom(entry.getValue().getBytes());
        var state =
                switch (record.getState()) {
                    case SHARD_RECORD_STATE_ACTIVE -> ShardPlace.State.ACTIVE;
                    case SHARD_RECORD_STATE_RELEASING -> ShardPlace.State.RELEASING;
                    case SHARD_RECORD_STATE_RELEASED -> ShardPlace.State.RELEASED;
                    case SHARD_RECORD_STATE_PINNED -> ShardPlace.State.PINNED;
                    case SHARD_RECORD_STATE_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException(
                                    "shard state " + record.getStateValue());
                };
        return new ShardPlace(
                record.getOwner(),
                new Epoch(record.getEpoch()),
                state,
                record.getTarget(),
                entry.getModRevision());
    }
}
