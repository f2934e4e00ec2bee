package dev.atoll.router.placement;

import dev.atoll.wire.Epoch;

/**
 * Where one shard is, as recorded. Immutable.
 *
 * @param owner the id of the node that serves it
 * @param epoch counts the owners
 * @param state where it stands
 * @param target who is to have it next; empty unless it is being released
 * @param modRevision of the record, for the transaction that changes it
 */
public record ShardPlace(String owner, Epoch epoch, State state, String target, long modRevision) {
    /** Where a shard stands. */
    public enum State {
        /** Its owner serves it. */
        ACTIVE,
        /** The keeper asks the owner to prove it empty. */
        RELEASING,
        /** The owner has proved it empty and serves it no more. */
        RELEASED,
        /** Its owner serves it and has said that it holds instances: it stays. */
        PINNED
    }

    /** Whether the owner has stopped serving it. */
    boolean handedBack() {
        return state == State.RELEASED;
    }
}
