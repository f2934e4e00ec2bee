package dev.atoll.client;

import java.time.Instant;
import java.util.Optional;

/**
 * A storage node. Immutable.
 *
 * @param id in its data folder
 * @param address that routers call; empty if it is not registered
 * @param live it is registered now
 * @param capacity its share of the shards relative to others
 * @param shards how many it owns
 * @param registeredAt empty if it is not registered
 */
public record NodeInfo(
        String id,
        String address,
        boolean live,
        double capacity,
        int shards,
        Optional<Instant> registeredAt) {}
