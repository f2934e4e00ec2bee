package dev.atoll.client.internal;

/** One sending of a call. Thread-safe. */
interface Attempt {
    /** Tells the server that nobody waits any more; does nothing once it has ended. */
    void cancel();
}
