package dev.atoll.node.catalog;

import dev.atoll.wire.Bookmark;
import dev.atoll.wire.InstanceKey;
import java.time.Instant;
import java.util.Optional;

/**
 * What the catalogue knows of one instance. Immutable.
 *
 * @param key its key
 * @param shard of the key
 * @param createdAt when it was created
 * @param newest where it stood when it last went to sleep
 * @param size and time of that commit
 */
public record CatalogEntry(
        InstanceKey key, int shard, Instant createdAt, Bookmark newest, Size size) {
    /**
     * How large, and since when.
     *
     * @param bytes of the database
     * @param lastCommitAt empty before the first commit
     */
    public record Size(long bytes, Optional<Instant> lastCommitAt) {}

    public long incarnation() {
        return newest.incarnation();
    }
}
