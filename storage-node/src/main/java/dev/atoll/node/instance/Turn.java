package dev.atoll.node.instance;

import java.time.Duration;

/**
 * What a task is told about its turn. Immutable.
 *
 * @param incarnation of the instance it runs on
 * @param queueTime how long it waited
 * @param durability waits until all that it may see is durable: for what leaves before it ends
 */
public record Turn(long incarnation, Duration queueTime, Runnable durability) {}
