package dev.atoll.node.journal;

/**
 * What the log's directory says of a record. Immutable.
 *
 * @param commit 0 for records that are about no commit
 */
public record RecordSummary(RecordKind kind, int shard, long incarnation, long commit) {
    /** As the lines of a dump. */
    @Override
    public String toString() {
        return "%s shard=%d incarnation=%016x commit=%d"
                .formatted(kind, shard, incarnation, commit);
    }
}
