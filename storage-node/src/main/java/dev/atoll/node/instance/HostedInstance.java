package dev.atoll.node.instance;

import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import org.jspecify.annotations.Nullable;

/**
 * An instance that has work, or is open. Its fields are touched only from its lane, but for those
 * marked volatile, which others may read.
 */
final class HostedInstance {
    final InstanceKey key;
    final int shard;
    final Lane lane;

    /** Open while this is set. */
    volatile @Nullable InstanceDatabase database;

    /** Out of service while this is set. */
    volatile @Nullable Failure quarantine;

    /** When it was last used, for those that look for the idle. */
    volatile long usedNanos;

    HostedInstance(InstanceKey key, int shard, Lane lane) {
        this.key = key;
        this.shard = shard;
        this.lane = lane;
    }
}
