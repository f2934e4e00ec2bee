package dev.atoll.client;

import dev.atoll.wire.InstanceKey;
import java.time.Instant;
import java.util.Optional;

/**
 * An alarm that is set. Immutable.
 *
 * @param instance that it belongs to
 * @param name unique in the instance
 * @param time from when it is due
 * @param operations how many the node runs then; 0 if one who watches does the work
 * @param attempts how often it was run and failed, or was handed to one who watches
 * @param nextAttempt when it is tried or handed out next
 * @param lastError why the last attempt failed; empty if none has
 */
public record AlarmInfo(
        InstanceKey instance,
        String name,
        Instant time,
        int operations,
        int attempts,
        Instant nextAttempt,
        Optional<String> lastError) {}
