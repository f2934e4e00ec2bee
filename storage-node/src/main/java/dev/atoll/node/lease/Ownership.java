package dev.atoll.node.lease;

import dev.atoll.wire.Epoch;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/** Which shards this node may serve. Thread-safe. */
public interface Ownership extends AutoCloseable {
    /** The epoch under which this node serves the shard; throws NOT_OWNER where it may not. */
    Epoch checkOwner(int shard);

    /**
     * Says that an instance of the shard is about to be made, so that the shard stays here for
     * good. Throws NOT_OWNER if the shard is being given away.
     */
    void holdShard(int shard) throws IOException;

    /** The shards this node serves now. */
    BitSet ownedShards();

    /** Why this node may not be called yet, a line each; empty when it may. */
    List<String> missing();

    /** Gives the membership back; the shards stay this node's. */
    @Override
    void close();
}
