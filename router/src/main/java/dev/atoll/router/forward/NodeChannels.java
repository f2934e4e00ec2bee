package dev.atoll.router.forward;

import dev.atoll.router.placement.LiveNode;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The connections to nodes: one channel for each process of a node, so that a restarted node does
 * not inherit the back-off of the one before. Thread-safe.
 */
public final class NodeChannels implements AutoCloseable {
    /** How often a node that refuses connections is tried again at most. */
    private static final Duration RECONNECT_AFTER = Duration.ofMillis(250);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final Function<LiveNode, ManagedChannel> connect;
    private final ConcurrentHashMap<Peer, Connection> connections = new ConcurrentHashMap<>();

    /** Opens channels by {@code connect}, lazily. */
    public NodeChannels(Function<LiveNode, ManagedChannel> connect) {
        this.connect = connect;
    }

    /** The channel to that process of the node. */
    public ManagedChannel channel(LiveNode node) {
        return connection(node).channel;
    }

    /** Cuts the channel's own back-off short, which would grow to minutes. */
    void connectAgain(LiveNode node) {
        var connection = connection(node);
        long now = System.nanoTime();
        long last = connection.lastReset.get();
        if (now - last > RECONNECT_AFTER.toNanos()
                && connection.lastReset.compareAndSet(last, now)) {
            connection.channel.resetConnectBackoff();
        }
    }

    /** Closes the channels to processes that are not among these; calls under way may end. */
    public void keepOnly(Iterable<LiveNode> nodes) {
        Set<Peer> live = ConcurrentHashMap.newKeySet();
        nodes.forEach(node -> live.add(Peer.of(node)));
        var gone =
                connections.keySet().stream()
                        .filter(process -> !live.contains(process))
                        .collect(Collectors.toSet());
        for (var process : gone) {
            var connection = connections.remove(process);
            if (connection != null) {
                connection.channel.shutdown();
            }
        }
    }

    @Override
    public void close() {
        connections.values().forEach(connection -> connection.channel.shutdown());
        long end = System.nanoTime() + CLOSE_WITHIN.toNanos();
        for (var connection : connections.values()) {
            try {
                long left = Math.max(1, end - System.nanoTime());
                connection.channel.awaitTermination(left, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            connection.channel.shutdownNow();
        }
        connections.clear();
    }

    private Connection connection(LiveNode node) {
        return connections.computeIfAbsent(
                Peer.of(node),
                _ -> new Connection(connect.apply(node), new AtomicLong(System.nanoTime())));
    }

    private record Peer(String address, String process) {
        static Peer of(LiveNode node) {
            return new Peer(node.address(), node.process());
        }
    }

    private record Connection(ManagedChannel channel, AtomicLong lastReset) {}
}
