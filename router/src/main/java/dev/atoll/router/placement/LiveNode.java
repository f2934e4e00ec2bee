package dev.atoll.router.placement;

import java.time.Instant;

/**
 * A node that is registered now. Immutable.
 *
 * @param id the id in its data folder
 * @param address HOST:PORT, or the name of an in-process server
 * @param capacity its share of the shards relative to others
 * @param registeredAt when
 * @param process drawn anew by each of its processes: tells a restarted node from the one before
 */
public record LiveNode(
        String id, String address, double capacity, Instant registeredAt, String process) {}
