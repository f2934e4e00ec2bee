package dev.atoll.node.instance;

import dev.atoll.node.sqlite.SqliteLimits;
import java.time.Duration;

/**
 * How much the instances of a node may take. Immutable.
 *
 * @param openMax instances open at a time; each costs memory and two file descriptors
 * @param laneQueueMax tasks waiting in one lane; more are OVERLOADED
 * @param sleepAfter how long an instance may be idle before it is closed
 * @param scrubEvery how often all files are read and compared with their checksums, at most
 * @param diskReserveBytes writes are refused when less is left on the disk
 * @param sqlite the limits of each database
 */
public record InstanceLimits(
        int openMax,
        int laneQueueMax,
        Duration sleepAfter,
        Duration scrubEvery,
        long diskReserveBytes,
        SqliteLimits sqlite) {}
