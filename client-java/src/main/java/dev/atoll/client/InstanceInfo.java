package dev.atoll.client;

import dev.atoll.wire.InstanceKey;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of an instance. Immutable.
 *
 * @param key its name
 * @param incarnation the never-reused number that it got when it was created
 * @param state whether it is open
 * @param createdAt when it was created
 * @param lastCommitAt when it last committed; empty if it never has
 * @param bookmark its newest commit
 * @param databaseSizeBytes the size of its database
 * @param schemaVersion of its declared schema; 0 where none is declared
 * @param shard of its key
 * @param node the id of the node that holds it
 */
public record InstanceInfo(
        InstanceKey key,
        long incarnation,
        InstanceState state,
        Instant createdAt,
        Optional<Instant> lastCommitAt,
        String bookmark,
        long databaseSizeBytes,
        long schemaVersion,
        int shard,
        String node) {}
