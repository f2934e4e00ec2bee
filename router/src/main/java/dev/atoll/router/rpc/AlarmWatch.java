package dev.atoll.router.rpc;

import dev.atoll.process.StopSignal;
import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.WatchAlarmsRequest;
import dev.atoll.router.auth.Principal;
import dev.atoll.router.auth.Right;
import dev.atoll.router.forward.NodeChannels;
import dev.atoll.router.placement.LiveNode;
import dev.atoll.router.placement.Placement;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One client that watches the alarms of a namespace: a stream from every node, those that come and
 * come back later included, merged into one. An alarm that gets lost between a node and the client
 * comes again, since nobody has cleared it. Thread-safe.
 */
final class AlarmWatch {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final WatchAlarmsRequest request;
    private final Principal caller;
    private final ServerCallStreamObserver<Alarm> client;
    private final Map<LiveNode, NodeStream> streams = new ConcurrentHashMap<>();
    private final StopSignal ended = new StopSignal();
    private final AtomicBoolean answered = new AtomicBoolean();

    private AlarmWatch(
            WatchAlarmsRequest request, Principal caller, ServerCallStreamObserver<Alarm> client) {
        this.request = request;
        this.caller = caller;
        this.client = client;
    }

    /** Begins to watch; ends with the client, or with its token. Throws if it may not. */
    static void begin(
            WatchAlarmsRequest request,
            Principal caller,
            ServerCallStreamObserver<Alarm> client,
            Nodes nodes) {
        InstanceKey.checkNamespace(request.getNamespace());
        caller.checkWatching(request.getNamespace());
        var watch = new AlarmWatch(request, caller, client);
        client.setOnCancelHandler(watch.ended::give);
        client.setOnReadyHandler(watch::goOn);
        var _ = Thread.ofVirtual().name("alarm-watch").start(() -> watch.run(nodes));
    }

    /** Where the nodes are. */
    record Nodes(Placement placement, NodeChannels channels, InstantSource clock) {}

    private void run(Nodes nodes) {
        boolean over = false;
        while (!over) {
            var now = nodes.clock().instant();
            if (!now.isBefore(caller.goodUntil())) {
                fail(expired(caller.goodUntil()));
            } else {
                look(nodes);
            }
            over = ended.isGivenWithin(LOOK_EVERY);
        }
        streams.values().forEach(NodeStream::cancel);
    }

    private void look(Nodes nodes) {
        var live = nodes.placement().view().nodes().values();
        for (var node : live) {
            if (!streams.containsKey(node)) {
                open(nodes.channels(), node);
            }
        }
        streams.forEach(
                (node, stream) -> {
                    if (!live.contains(node)) {
                        stream.cancel();
                    }
                });
    }

    private void open(NodeChannels channels, LiveNode node) {
        var stream = new NodeStream(node);
        // First: it may end before the call returns.
        streams.put(node, stream);
        InstanceServiceGrpc.newStub(channels.channel(node))
                .withInterceptors(NodeCalls.by(caller))
                .watchAlarms(request, stream);
    }

    /** The client has read: the nodes may send more. */
    private void goOn() {
        streams.values().forEach(NodeStream::goOn);
    }

    private void fail(Failure failure) {
        synchronized (client) {
            if (answered.compareAndSet(false, true) && !client.isCancelled()) {
                client.onError(FailureStatus.exception(failure));
            }
        }
        ended.give();
    }

    private void send(Alarm alarm) {
        // A grant on `user:*` does not show the single instance `user`.
        if (!caller.scopes().allows(Right.WRITE, InstanceKey.of(alarm.getInstance()))) {
            return;
        }
        synchronized (client) {
            if (!answered.get() && !client.isCancelled()) {
                client.onNext(alarm);
            }
        }
    }

    private static Failure expired(Instant when) {
        return Failure.of(
                Reason.TOKEN_EXPIRED,
                "token: expired at " + when + " (expected: a new call with a newer one)");
    }

    /** What one node sends: as much at a time as the client takes. */
    private final class NodeStream implements ClientResponseObserver<WatchAlarmsRequest, Alarm> {
        private final LiveNode node;
        private volatile @Nullable ClientCallStreamObserver<WatchAlarmsRequest> call;
        private final AtomicBoolean waiting = new AtomicBoolean();

        NodeStream(LiveNode node) {
            this.node = node;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchAlarmsRequest> started) {
            started.disableAutoRequestWithInitial(1);
            call = started;
        }

        @Override
        public void onNext(Alarm alarm) {
            send(alarm);
            waiting.set(true);
            if (client.isReady()) {
                goOn();
            }
        }

        void goOn() {
            var current = call;
            if (current != null && waiting.compareAndSet(true, false)) {
                current.request(1);
            }
        }

        void cancel() {
            var current = call;
            if (current != null) {
                current.cancel("nobody watches any more", null);
            }
        }

        @Override
        public void onError(Throwable error) {
            // A node that stops, or is not reached: it is tried again.
            streams.remove(node, this);
        }

        @Override
        public void onCompleted() {
            streams.remove(node, this);
        }
    }
}
