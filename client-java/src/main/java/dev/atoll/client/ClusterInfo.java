package dev.atoll.client;

/**
 * A cluster in a few figures, as one router sees it. Immutable.
 *
 * @param cluster its name
 * @param shards how many it has, fixed when it was created
 * @param liveNodes how many nodes are registered
 * @param availableShards how many shards have a live owner
 * @param placementRevision of the record that the router acts on; it only grows
 */
public record ClusterInfo(
        String cluster, int shards, int liveNodes, int availableShards, long placementRevision) {}
