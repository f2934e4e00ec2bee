package dev.atoll.router.rpc;

import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.GetMigrationStatusRequest;
import dev.atoll.proto.v1.GetMigrationStatusResponse;
import dev.atoll.proto.v1.MigrationFailure;
import dev.atoll.router.auth.Principal;
import dev.atoll.router.forward.NodeChannels;
import dev.atoll.router.placement.LiveNode;
import dev.atoll.router.placement.PlacementView;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Asks every node how far its instances are, and adds up. One that does not answer is named.
 * Thread-safe.
 */
final class MigrationStatuses {
    private static final int FAILURES_MAX = 100;

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
        return NodeCalls.ask(
                ConfigServiceGrpc.newStub(channels.channel(node)),
                NodeCalls.headers(caller),
                (stub, reply) ->
                        stub.getMigrationStatus(
                                GetMigrationStatusRequest.getDefaultInstance(), reply));
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
}
