package dev.atoll.node.waking;

import com.google.protobuf.ByteString;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.InstanceKey;
import java.time.Instant;

/** Runs the operations of alarms, with the rights of a service. Thread-safe. */
public interface AlarmOperations {
    /**
     * Runs them in the transaction that removes the alarm.
     *
     * @param operations as they were stored
     */
    void run(Place place, ByteString operations);

    /** Where they run, and when that is. */
    record Place(InstanceKey key, WriteTransaction tx, Turn turn, Instant now) {}
}
