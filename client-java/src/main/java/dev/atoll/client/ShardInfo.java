package dev.atoll.client;

/**
 * A shard: a fixed slice of all keys. Immutable.
 *
 * @param shard its number, from 0
 * @param owner the id of the node that owns it; empty if none does
 * @param epoch counts its owners
 * @param state where it stands
 */
public record ShardInfo(int shard, String owner, long epoch, State state) {
    /** Where a shard stands. */
    public enum State {
        /** Nobody has owned it yet. */
        UNASSIGNED,
        /** Its owner serves it. */
        ACTIVE,
        /** Its owner is asked to prove it empty, so that another node may have it. */
        RELEASING,
        /** Its owner has proved it empty. */
        RELEASED,
        /** A state that a newer server has and this client does not know. */
        UNKNOWN
    }
}
