package dev.atoll.node.lease;

import dev.atoll.proto.placement.v1.ShardRecord;
import dev.atoll.proto.placement.v1.ShardRecordState;
import dev.atoll.wire.Epoch;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The shards as the record has them, seen by one node. Immutable.
 *
 * @param records by shard; a shard that nobody owns yet has none
 */
record ShardView(Map<Integer, Recorded> records) {
    static final ShardView EMPTY = new ShardView(Map.of());

    ShardView {
        records = Map.copyOf(records);
    }

    /** A record, and the revision that the next change of it compares with. */
    record Recorded(ShardRecord record, long modRevision) {}

    /** The owner of a shard; empty if it has none. */
    String owner(int shard) {
        var recorded = records.get(shard);
        return recorded == null ? "" : recorded.record().getOwner();
    }

    /** The epoch under which the node may serve the shard, unless it has fenced it. */
    Optional<Epoch> epoch(int shard, String node) {
        var recorded = records.get(shard);
        return recorded != null && isServed(recorded.record(), node)
                ? Optional.of(new Epoch(recorded.record().getEpoch()))
                : Optional.empty();
    }

    BitSet owned(String node) {
        var owned = new BitSet();
        records.forEach(
                (shard, recorded) -> {
                    if (isServed(recorded.record(), node)) {
                        owned.set(shard);
                    }
                });
        return owned;
    }

    /** The shards that the keeper wants back from this node. */
    Map<Integer, Recorded> releasing(String node) {
        var releasing = new HashMap<Integer, Recorded>();
        records.forEach(
                (shard, recorded) -> {
                    var record = recorded.record();
                    if (record.getOwner().equals(node)
                            && record.getState() == ShardRecordState.SHARD_RECORD_STATE_RELEASING) {
                        releasing.put(shard, recorded);
                    }
                });
        return releasing;
    }

    private static boolean isServed(ShardRecord record, String node) {
        return record.getOwner().equals(node)
                && switch (record.getState()) {
                    case SHARD_RECORD_STATE_ACTIVE,
                            SHARD_RECORD_STATE_PINNED,
                            SHARD_RECORD_STATE_RELEASING ->
                            true;
                    case SHARD_RECORD_STATE_RELEASED,
                            SHARD_RECORD_STATE_UNSPECIFIED,
                            UNRECOGNIZED ->
                            false;
                };
    }
}
