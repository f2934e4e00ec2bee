package dev.atoll.wire;

/**
 * Which shard a key belongs to: {@code unsigned(hash64(key bytes)) mod shards}. Pinned for ever by
 * its test vectors: to change it would lose every placed instance. Immutable.
 *
 * <p>The hash is FNV-1a with 64 bits (Fowler, Noll, Vo), and MurmurHash3's finalizer over it, since
 * FNV alone spreads the high bits of short keys badly.
 */
public final class ShardHash {
    /** How many shards a cluster has unless it is created with another number. */
    public static final int SHARDS_DEFAULT = 1024;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private ShardHash() {}

    /** The shard of a key, from 0. */
    public static int shard(InstanceKey key, int shards) {
        return (int) Long.remainderUnsigned(hash64(key.bytes()), shards);
    }

    /** The pinned 64-bit hash. */
    public static long hash64(byte[] bytes) {
        long hash = FNV_OFFSET;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
