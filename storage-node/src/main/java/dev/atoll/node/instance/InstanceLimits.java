package dev.atoll.node.instance;

import dev.atoll.node.sqlite.SqliteLimits;
import java.time.Duration;

/**
 * How much the instances of a node may take. Immutable.
 *
 * @param openMax instances open at a time; each costs memory and two file descriptors
 * @param laneQueueMax tasks waiting in one lane; more are OVERLOADED
 * @param sleepAfter how long an instance may be idle before it is closed
 * @param diskReserveBytes writes are refused when less is left on the disk
 * @param sqlite the limits of each database
 */
public record InstanceLimits(
        int openMax,
        int laneQueueMax,
        Duration sleepAfter,
        long diskReserveBytes,
        SqliteLimits sqlite) {}
