package dev.atoll.node.lease;

import dev.atoll.node.folder.DataFolder;
import dev.atoll.wire.Epoch;
import dev.atoll.wire.Failure;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/** A node on its own: every shard is its own, at the first epoch. Thread-safe. */
public final class LocalOwnership implements Ownership {
    private static final Epoch ONLY = new Epoch(1);

    private final DataFolder folder;

    public LocalOwnership(DataFolder folder) {
        this.folder = folder;
    }

    @Override
    public Epoch checkOwner(int shard) {
        if (shard < 0 || shard >= folder.shards()) {
            throw Failure.notOwner(shard, "");
        }
        return ONLY;
    }

    @Override
    public void holdShard(int shard) throws IOException {
        folder.hold(shard);
    }

    @Override
    public BitSet ownedShards() {
        var all = new BitSet();
        all.set(0, folder.shards());
        return all;
    }

    @Override
    public List<String> missing() {
        return List.of();
    }

    @Override
    public void close() {
        // Nothing was taken.
    }
}
