package dev.atoll.node.instance;

import java.time.Duration;

/**
 * What a task is told about its turn. Immutable.
 *
 * @param incarnation of the instance it runs on
 * @param queueTime how long it waited
 */
public record Turn(long incarnation, Duration queueTime) {}
