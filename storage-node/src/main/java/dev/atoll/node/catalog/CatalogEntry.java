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
 * @param content as of that commit
 */
public record CatalogEntry(
        InstanceKey key, int shard, Instant createdAt, Bookmark newest, Content content) {
    /**
     * How large, since when, and with which tables.
     *
     * @param bytes of the database
     * @param lastCommitAt empty before the first commit
     * @param schema of its tables
     */
    public record Content(long bytes, Optional<Instant> lastCommitAt, Schema schema) {
        /** Of which nothing is known. */
        public static final Content NONE = new Content(0, Optional.empty(), Schema.NONE);
    }

    /**
     * What tables were brought to.
     *
     * @param version of the declarations; 0 before any
     * @param mark of the declared schema; 0 where only a look at the file would tell
     */
    public record Schema(long version, long mark) {
        /** Of tables that no declaration has reached, as far as is known. */
        public static final Schema NONE = new Schema(0, 0);
    }

    public long incarnation() {
        return newest.incarnation();
    }
}
