package dev.atoll.client;

/** Whether an instance is open. */
public enum InstanceState {
    /** The next call finds it in memory. */
    OPEN,
    /** The next call wakes it. */
    SLEEPING,
    /** Damaged, and out of service until an operator has looked at it. */
    QUARANTINED,
    /** A state that a newer server has and this client does not know. */
    UNKNOWN
}
