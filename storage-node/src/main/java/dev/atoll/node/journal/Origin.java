package dev.atoll.node.journal;

/**
 * Where a record comes from: every record has one. Immutable.
 *
 * @param epoch of the shard's owner when it was written
 * @param incarnation of the instance, above 0
 * @param timeMicros since 1970; never goes back within an instance
 */
public record Origin(int shard, long epoch, long incarnation, long timeMicros) {
    public Origin {
        if (shard < 0) {
            throw new IllegalArgumentException("shard: " + shard + " (expected: >= 0)");
        }
        if (incarnation < 1) {
            throw new IllegalArgumentException("incarnation: " + incarnation + " (expected: >= 1)");
        }
    }
}
