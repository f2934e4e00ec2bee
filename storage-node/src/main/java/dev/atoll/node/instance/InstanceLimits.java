package dev.atoll.node.instance;

import dev.atoll.node.sqlite.SqliteLimits;
import java.time.Duration;

/**
 * How much the instances of a node may take. Immutable.
 *
 * @param openMax instances open at a time; each costs memory and two file descriptors
 * @param laneQueueMax tasks waiting in one lane; more are OVERLOADED
 * @param idle when an instance gives up what it has
 * @param scrubEvery how often all files are read and compared with their checksums, at most
 * @param diskReserveBytes writes are refused when less is left on the disk
 * @param sqlite the limits of each database
 */
public record InstanceLimits(
        int openMax,
        int laneQueueMax,
        Idle idle,
        Duration scrubEvery,
        long diskReserveBytes,
        SqliteLimits sqlite) {

    /**
     * How long an instance may be idle. Immutable.
     *
     * @param shrinkAfter before it gives memory back
     * @param sleepAfter before it is closed
     */
    public record Idle(Duration shrinkAfter, Duration sleepAfter) {}
}
