package dev.atoll.bench;

import dev.atoll.wire.InstanceKey;

/**
 * A way by which the callers of a run reach the system. Each method waits for the reply, and says
 * why the call failed, or nothing if it did not. Thread-safe.
 */
public interface Route {
    /** Reads the row of that id. */
    String read(InstanceKey instance, long id);

    /** Gives the row of that id another value. */
    String update(InstanceKey instance, long id, byte[] value);

    /** Adds a row. */
    String insert(InstanceKey instance, byte[] value);
}
