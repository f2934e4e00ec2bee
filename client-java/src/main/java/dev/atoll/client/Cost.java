package dev.atoll.client;

import java.time.Duration;

/**
 * What a call cost on its node. All zero where the caller may not know. Immutable.
 *
 * @param rowsReturned in the reply
 * @param rowsChanged those that triggers and foreign keys changed included
 * @param vmSteps of SQLite's virtual machine, in thousands
 * @param duration of the work
 * @param queueTime before the work
 * @param databaseSizeBytes after the call
 */
public record Cost(
        long rowsReturned,
        long rowsChanged,
        long vmSteps,
        Duration duration,
        Duration queueTime,
        long databaseSizeBytes) {}
