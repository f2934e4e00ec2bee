package dev.atoll.router.rpc;

import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.proto.v1.ListInstancesResponse;
import dev.atoll.proto.v1.WatchAlarmsRequest;
import dev.atoll.router.auth.Principal;
import dev.atoll.router.auth.Right;
import dev.atoll.router.forward.NodeChannels;
import dev.atoll.router.placement.LiveNode;
import dev.atoll.router.placement.Placement;
import dev.atoll.router.placement.PlacementView;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Lists instances across nodes: asks every node for its first page after the token, and merges;
 * alarms that come due are watched across nodes, too. What is not listed here of InstanceService is
 * forwarded. Thread-safe.
 */
final class InstanceListing extends InstanceServiceGrpc.InstanceServiceImplBase {
    private static final int PAGE_SIZE_DEFAULT = 100;
    private static final int PAGE_SIZE_MAX = 1_000;

    private final Placement placement;
    private final NodeChannels channels;

    InstanceListing(Placement placement, NodeChannels channels) {
        this.placement = placement;
        this.channels = channels;
    }

    @Override
    public void watchAlarms(WatchAlarmsRequest request, StreamObserver<Alarm> client) {
        try {
            AlarmWatch.begin(
                    request,
                    CallGate.principal(),
                    (ServerCallStreamObserver<Alarm>) client,
                    new AlarmWatch.Nodes(placement, channels, InstantSource.system()));
        } catch (Failure failure) {
            client.onError(FailureStatus.exception(failure));
        }
    }

    @Override
    public void listInstances(
            ListInstancesRequest request, StreamObserver<ListInstancesResponse> client) {
        try {
            var caller = CallGate.principal();
            check(request, caller);
            var asked =
                    request.toBuilder()
                            .setPageSize(pageSize(request.getPageSize()))
                            .setPageToken(PageToken.lastKey(request))
                            .build();
            var view = placement.view();
            if (!view.known()) {
                throw Failure.of(Reason.NODE_UNAVAILABLE, "the placement is not known yet")
                        .retryAfter(Duration.ofSeconds(1));
            }
            ask(asked, caller, view, client);
        } catch (Failure failure) {
            client.onError(FailureStatus.exception(failure));
        }
    }

    private static void check(ListInstancesRequest request, Principal caller) {
        if (!request.getNamespace().isEmpty()) {
            InstanceKey.checkNamespace(request.getNamespace());
            caller.checkListing(request.getNamespace(), request.getIdPrefix());
            return;
        }
        if (!request.getIdPrefix().isEmpty()) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "namespace: '' (expected: one, where there is an id_prefix)");
        }
        caller.checkListingOfAll();
    }

    private void ask(
            ListInstancesRequest request,
            Principal caller,
            PlacementView view,
            StreamObserver<ListInstancesResponse> client) {
        var unasked = view.shardsWithoutOwner();
        var pages = new ArrayList<NodePage>();
        view.ownedShards()
                .forEach(
                        (owner, shards) -> {
                            var node = view.nodes().get(owner);
                            if (node == null) {
                                unasked.or(shards);
                            } else {
                                pages.add(
                                        new NodePage(shards, page(node, shards, request, caller)));
                            }
                        });
        var _ =
                CompletableFuture.allOf(
                                pages.stream()
                                        .map(NodePage::reply)
                                        .toArray(CompletableFuture[]::new))
                        .whenComplete(
                                (_, _) ->
                                        Answer.with(
                                                client,
                                                () ->
                                                        new Merge(request, unasked, pages)
                                                                .page(caller)));
    }

    private CompletableFuture<ListInstancesResponse> page(
            LiveNode node, BitSet shards, ListInstancesRequest request, Principal caller) {
        var headers = NodeCalls.headers(caller);
        headers.put(CallMetadata.LISTED_SHARDS, shards.toByteArray());
        return NodeCalls.ask(
                InstanceServiceGrpc.newStub(channels.channel(node)),
                headers,
                (stub, reply) -> stub.listInstances(request, reply));
    }

    private static int pageSize(int asked) {
        if (asked < 0) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED, "page_size: " + asked + " (expected: 0 to 1000)");
        }
        if (asked > PAGE_SIZE_MAX) {
            throw Failure.limitExceeded("page_size", PAGE_SIZE_MAX, asked);
        }
        return asked == 0 ? PAGE_SIZE_DEFAULT : asked;
    }

    /** What a node was asked for, and what it answers. */
    private record NodePage(BitSet shards, CompletableFuture<ListInstancesResponse> reply) {}

    /**
     * The pages of all nodes as one.
     *
     * @param unasked shards that no node was asked for
     */
    private record Merge(ListInstancesRequest request, BitSet unasked, List<NodePage> pages) {
        ListInstancesResponse page(Principal caller) {
            var instances = new TreeMap<InstanceKey, Instance>();
            var unavailable = new TreeSet<Integer>();
            unasked.stream().forEach(unavailable::add);
            var damaged = new TreeSet<String>();
            boolean more = false;
            for (var page : pages) {
                if (page.reply().isCompletedExceptionally()) {
                    throwIfAskedWrongly(page.reply().exceptionNow());
                    page.shards().stream().forEach(unavailable::add);
                    continue;
                }
                var reply = page.reply().join();
                reply.getInstancesList()
                        .forEach(
                                instance ->
                                        instances.put(InstanceKey.of(instance.getKey()), instance));
                unavailable.addAll(reply.getUnavailableShardsList());
                damaged.addAll(reply.getDamagedFilesList());
                more |= !reply.getNextPageToken().isEmpty();
            }
            var keys = instances.keySet().stream().limit(request.getPageSize()).toList();
            var response = ListInstancesResponse.newBuilder().addAllUnavailableShards(unavailable);
            if (caller.readsEverything()) {
                response.addAllDamagedFiles(damaged);
            }
            for (var key : keys) {
                // A grant on `user:*` does not show the single instance `user`.
                if (caller.scopes().allows(Right.READ, key)) {
                    response.addInstances(instances.get(key));
                }
            }
            if (!keys.isEmpty() && (more || instances.size() > keys.size())) {
                response.setNextPageToken(PageToken.after(keys.getLast()));
            }
            return response.build();
        }

        /** What a node says of the request itself is the answer, not a sick node. */
        private static void throwIfAskedWrongly(Throwable error) {
            var failure =
                    FailureStatus.find(
                            Status.fromThrowable(error), Status.trailersFromThrowable(error));
            if (failure.isPresent()
                    && failure.get().reason().code() == Status.Code.INVALID_ARGUMENT) {
                throw failure.get();
            }
        }
    }
}
