package dev.atoll.node.journal;

/**
 * What the log's directory says of a record. Immutable.
 *
 * @param commit 0 for records that are about no commit
 */
public record RecordSummary(RecordKind kind, int shard, long incarnation, long commit) {}
