package dev.atoll.router;

/**
 * A node in this process that owns every shard. Immutable.
 *
 * @param id its id
 * @param shards how many shards there are
 * @param inProcessName under which its gRPC server is reached
 */
public record LocalNode(String id, int shards, String inProcessName) {}
