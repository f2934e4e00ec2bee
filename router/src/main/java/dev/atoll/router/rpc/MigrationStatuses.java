package dev.atoll.router.rpc;

import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.GetMigrationStatusRequest;
import dev.atoll.proto.v1.GetMigrationStatusResponse;
import dev.atoll.proto.v1.MigrationFailure;
import dev.atoll.router.auth.Principal;
import dev.atoll.router.forward.NodeChannels;
import dev.atoll.router.placement.LiveNode;
import dev.atoll.router.placement.PlacementView;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Asks every node how far its instances are, and adds up. One that does not answer is named.
 * Thread-safe.
 */
final class MigrationStatuses {
    private static final int FAILURES_MAX = 100;

    /** A node that hangs must not hold back what the others say. */
    private static final Duration NODE_DEADLINE = Duration.ofSeconds(5);

    private final NodeChannels channels;

    MigrationStatuses(NodeChannels channels) {
        this.channels = channels;
    }

    /** Answers once all nodes have, or their time is up. */
    void ask(
            PlacementView view,
            Principal caller,
            StreamObserver<GetMigrationStatusResponse> client) {
        var replies = new TreeMap<String, CompletableFuture<GetMigrationStatusResponse>>();
        for (var node : view.nodes().values()) {
            replies.put(node.id(), ask(node, caller));
        }
        if (replies.isEmpty()) {
            throw Failure.of(Reason.NODE_UNAVAILABLE, "no node is live")
                    .retryAfter(Duration.ofSeconds(1));
        }
        // Those that hold instances, and are away.
        var silent = new TreeSet<>(view.shardsByOwner().keySet());
        silent.removeAll(replies.keySet());
        var _ =
                CompletableFuture.allOf(replies.values().toArray(CompletableFuture[]::new))
                        .whenComplete((_, _) -> Answer.with(client, () -> merged(replies, silent)));
    }

    private CompletableFuture<GetMigrationStatusResponse> ask(LiveNode node, Principal caller) {
        var metadata = new Metadata();
        metadata.put(CallMetadata.CALLER, caller.caller().toProto());
        var reply = new CompletableFuture<GetMigrationStatusResponse>();
        ConfigServiceGrpc.newStub(channels.channel(node))
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .withDeadlineAfter(nodeDeadline().toNanos(), TimeUnit.NANOSECONDS)
                .getMigrationStatus(
                        GetMigrationStatusRequest.getDefaultInstance(), new Single(reply));
        return reply;
    }

    private static Duration nodeDeadline() {
        var deadline = Context.current().getDeadline();
        if (deadline == null) {
            return NODE_DEADLINE;
        }
        long left = deadline.timeRemaining(TimeUnit.NANOSECONDS) * 9 / 10;
        return Duration.ofNanos(Math.min(NODE_DEADLINE.toNanos(), left));
    }

    private static GetMigrationStatusResponse merged(
            Map<String, CompletableFuture<GetMigrationStatusResponse>> replies,
            Set<String> silent) {
        var sum = GetMigrationStatusResponse.newBuilder();
        var byVersion = new TreeMap<Long, Long>();
        var failures = new ArrayList<MigrationFailure>();
        for (var entry : replies.entrySet()) {
            if (entry.getValue().isCompletedExceptionally()) {
                silent.add(entry.getKey());
                continue;
            }
            var said = entry.getValue().join();
            said.getInstancesByVersionMap()
                    .forEach((version, count) -> byVersion.merge(version, count, Long::sum));
            failures.addAll(said.getFailuresList());
            sum.setPaused(sum.getPaused() || said.getPaused())
                    .setCurrentVersion(Math.max(sum.getCurrentVersion(), said.getCurrentVersion()))
                    .setPending(sum.getPending() + said.getPending())
                    .setFailed(sum.getFailed() + said.getFailed())
                    .setUndeclared(sum.getUndeclared() + said.getUndeclared());
        }
        failures.sort(Comparator.comparing(failure -> InstanceKey.of(failure.getInstance())));
        return sum.putAllInstancesByVersion(byVersion)
                .addAllFailures(failures.subList(0, Math.min(FAILURES_MAX, failures.size())))
                .addAllUnavailableNodes(silent)
                .build();
    }

    /** Takes the one reply of a unary call. */
    private record Single(CompletableFuture<GetMigrationStatusResponse> reply)
            implements StreamObserver<GetMigrationStatusResponse> {
        @Override
        public void onNext(GetMigrationStatusResponse message) {
            reply.complete(message);
        }

        @Override
        public void onError(Throwable error) {
            reply.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {}
    }
}
