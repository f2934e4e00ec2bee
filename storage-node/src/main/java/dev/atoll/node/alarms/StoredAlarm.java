package dev.atoll.node.alarms;

import com.google.protobuf.ByteString;

/**
 * An alarm as its instance keeps it. Immutable. Times are microseconds since 1970.
 *
 * @param name unique in the instance
 * @param timeMicros not before that it runs
 * @param operations what runs, in the encoding of whoever set it; empty if a watcher does the work
 * @param setMicros when it was set: tells it from a later one of the same name
 * @param tries what became of it so far
 */
public record StoredAlarm(
        String name, long timeMicros, ByteString operations, long setMicros, Tries tries) {
    /**
     * What became of an alarm so far.
     *
     * @param count how often it was run and failed, or was handed to a watcher
     * @param nextMicros when it is tried next
     * @param lastError why it failed last; empty if it has not
     */
    public record Tries(int count, long nextMicros, String lastError) {}

    /** One that is set now. */
    public static StoredAlarm set(
            String name, long timeMicros, ByteString operations, long nowMicros) {
        // 0 is never, and what lies before is no earlier than that.
        var tries = new Tries(0, Math.max(1, timeMicros), "");
        return new StoredAlarm(name, timeMicros, operations, nowMicros, tries);
    }

    /** The same, once it was tried once more. */
    public StoredAlarm tried(long nextMicros) {
        var more = new Tries(tries.count() + 1, nextMicros, tries.lastError());
        return new StoredAlarm(name, timeMicros, operations, setMicros, more);
    }

    /** Whether a service that watches does the work. */
    public boolean isWatched() {
        return operations.isEmpty();
    }
}
