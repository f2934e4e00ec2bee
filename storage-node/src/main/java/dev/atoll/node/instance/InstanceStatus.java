package dev.atoll.node.instance;

import dev.atoll.node.catalog.CatalogEntry;

/**
 * An instance as it stands. Immutable.
 *
 * @param entry what it is
 * @param state whether it is open
 */
public record InstanceStatus(CatalogEntry entry, State state) {
    /** Whether an instance is open. */
    public enum State {
        /** The next call finds it in memory. */
        OPEN,
        /** The next call wakes it. */
        SLEEPING,
        /** Damaged, and out of service until an operator has looked at it. */
        QUARANTINED
    }
}
