package dev.atoll.router.rpc;

import com.google.protobuf.Timestamp;
import dev.atoll.proto.v1.ClusterServiceGrpc;
import dev.atoll.proto.v1.DescribeClusterRequest;
import dev.atoll.proto.v1.DescribeClusterResponse;
import dev.atoll.proto.v1.ListNodesRequest;
import dev.atoll.proto.v1.ListNodesResponse;
import dev.atoll.proto.v1.ListShardsRequest;
import dev.atoll.proto.v1.ListShardsResponse;
import dev.atoll.proto.v1.Node;
import dev.atoll.proto.v1.Shard;
import dev.atoll.proto.v1.ShardState;
import dev.atoll.router.placement.Placement;
import dev.atoll.router.placement.PlacementView;
import dev.atoll.router.placement.ShardPlace;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.TreeSet;

/** Shows the placement that this router acts on. Thread-safe. */
final class ClusterRpc extends ClusterServiceGrpc.ClusterServiceImplBase {
    private final Placement placement;

    ClusterRpc(Placement placement) {
        this.placement = placement;
    }

    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> client) {
        Answer.with(
                client,
                () -> {
                    CallGate.principal().checkCluster();
                    return nodes(placement.view());
                });
    }

    @Override
    public void listShards(ListShardsRequest request, StreamObserver<ListShardsResponse> client) {
        Answer.with(
                client,
                () -> {
                    CallGate.principal().checkCluster();
                    return shards(placement.view(), request.getNode());
                });
    }

    @Override
    public void describeCluster(
            DescribeClusterRequest request, StreamObserver<DescribeClusterResponse> client) {
        Answer.with(
                client,
                () -> {
                    CallGate.principal().checkCluster();
                    return describe(placement.view());
                });
    }

    private static ListNodesResponse nodes(PlacementView view) {
        var shards = view.shardsByOwner();
        var ids = new TreeSet<>(shards.keySet());
        ids.addAll(view.nodes().keySet());
        var response = ListNodesResponse.newBuilder();
        for (var id : ids) {
            var node = Node.newBuilder().setId(id).setShards(shards.getOrDefault(id, 0));
            var live = view.nodes().get(id);
            if (live != null) {
                node.setLive(true)
                        .setAddress(live.address())
                        .setCapacity(live.capacity())
                        .setRegisteredAt(timestamp(live.registeredAt()));
            }
            response.addNodes(node);
        }
        return response.build();
    }

    private static ListShardsResponse shards(PlacementView view, String node) {
        var response = ListShardsResponse.newBuilder();
        for (int shard = 0; shard < view.shards(); shard++) {
            var place = view.places().get(shard);
            if (place == null) {
                if (node.isEmpty()) {
                    response.addShards(
                            Shard.newBuilder()
                                    .setShard(shard)
                                    .setState(ShardState.SHARD_STATE_UNASSIGNED));
                }
            } else if (node.isEmpty() || node.equals(place.owner())) {
                response.addShards(
                        Shard.newBuilder()
                                .setShard(shard)
                                .setOwner(place.owner())
                                .setEpoch(place.epoch().value())
                                .setState(state(place.state())));
            }
        }
        return response.build();
    }

    private static ShardState state(ShardPlace.State state) {
        return switch (state) {
            case ACTIVE, PINNED -> ShardState.SHARD_STATE_ACTIVE;
            case RELEASING -> ShardState.SHARD_STATE_RELEASING;
            case RELEASED -> ShardState.SHARD_STATE_RELEASED;
        };
    }

    private static DescribeClusterResponse describe(PlacementView view) {
        return DescribeClusterResponse.newBuilder()
                .setCluster(view.cluster())
                .setShards(view.shards())
                .setLiveNodes(view.nodes().size())
                .setAvailableShards(view.availableShards())
                .setPlacementRevision(view.revision())
                .build();
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
