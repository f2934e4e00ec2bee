package dev.atoll.client;

import dev.atoll.proto.v1.DescribeClusterRequest;
import dev.atoll.proto.v1.ListNodesRequest;
import dev.atoll.proto.v1.ListShardsRequest;
import java.util.List;

/** The cluster behind an endpoint, as the router that answers sees it. Thread-safe. */
public final class ClusterView {
    private final Calls calls;

    ClusterView(Calls calls) {
        this.calls = calls;
    }

    /** The cluster in a few figures. */
    public ClusterInfo describe() {
        return Calls.await(
                calls.api()
                        .cluster(
                                DescribeClusterRequest.getDefaultInstance(),
                                calls.deadline(),
                                reply ->
                                        new ClusterInfo(
                                                reply.getCluster(),
                                                reply.getShards(),
                                                reply.getLiveNodes(),
                                                reply.getAvailableShards(),
                                                reply.getPlacementRevision())));
    }

    /** All nodes that are known, live or not, by id. */
    public List<NodeInfo> nodes() {
        return Calls.await(
                calls.api()
                        .nodes(
                                ListNodesRequest.getDefaultInstance(),
                                calls.deadline(),
                                reply -> reply.getNodesList().stream().map(Codec::node).toList()));
    }

    /** All shards, by number. */
    public List<ShardInfo> shards() {
        return shards("");
    }

    /** The shards of one node, by number. */
    public List<ShardInfo> shards(String node) {
        return Calls.await(
                calls.api()
                        .shards(
                                ListShardsRequest.newBuilder().setNode(node).build(),
                                calls.deadline(),
                                reply ->
                                        reply.getShardsList().stream().map(Codec::shard).toList()));
    }
}
