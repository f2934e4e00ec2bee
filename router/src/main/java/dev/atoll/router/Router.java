package dev.atoll.router;

import dev.atoll.router.auth.Authenticator;
import dev.atoll.router.forward.ForwardMetrics;
import dev.atoll.router.forward.Forwarder;
import dev.atoll.router.forward.NodeChannels;
import dev.atoll.router.limit.CallsInFlight;
import dev.atoll.router.limit.RepliesWaiting;
import dev.atoll.router.placement.EtcdPlacement;
import dev.atoll.router.placement.LiveNode;
import dev.atoll.router.placement.LocalPlacement;
import dev.atoll.router.placement.Placement;
import dev.atoll.router.rpc.CallGate;
import dev.atoll.router.rpc.CallMetrics;
import dev.atoll.router.rpc.PublicServices;
import dev.atoll.wire.EtcdLayout;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A router process: all its parts, assembled. Thread-safe. */
public final class Router implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Router.class);

    private final Closing closing;
    private final Placement placement;
    private final PublicPort port;

    private Router(Closing closing, Placement placement, PublicPort port) {
        this.closing = closing;
        this.placement = placement;
        this.port = port;
    }

    /** Starts a router whose one node is in this process. */
    public static Router startLocal(RouterConfig config, MeterRegistry registry, LocalNode node)
            throws IOException {
        var clock = InstantSource.system();
        var closing = new Closing();
        try {
            var placement =
                    closing.add(
                            new LocalPlacement(
                                    node.id(),
                                    node.inProcessName(),
                                    node.shards(),
                                    clock.instant()));
            var channels = closing.add(new NodeChannels(Router::inProcess));
            return assemble(config, registry, placement, channels, closing);
        } catch (IOException | RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    /** Starts a router of a cluster; goes on trying while etcd is away. */
    public static Router start(RouterConfig config, MeterRegistry registry) throws IOException {
        var closing = new Closing();
        try {
            var connector = closing.add(NodeConnector.of(config.nodeTls(), config.limits()));
            var channels = closing.add(new NodeChannels(connector::connect));
            var placement =
                    closing.add(
                            EtcdPlacement.open(
                                    config.etcd().address(),
                                    new EtcdLayout(config.etcd().cluster()),
                                    view -> channels.keepOnly(view.nodes().values()),
                                    registry));
            return assemble(config, registry, placement, channels, closing);
        } catch (IOException | RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    /** The gRPC port. */
    public int port() {
        return port.number();
    }

    /** Why this router is not ready, a line each; empty when it is. */
    public List<String> missing() {
        return placement.missing();
    }

    /** Ends the calls under way, within seconds, and lets everything go. */
    @Override
    public void close() {
        closing.close();
    }

    private static Router assemble(
            RouterConfig config,
            MeterRegistry registry,
            Placement placement,
            NodeChannels channels,
            Closing closing)
            throws IOException {
        var limits = config.limits();
        var authenticator =
                closing.add(new Authenticator(config.issuers(), InstantSource.system(), registry));
        var gate =
                new CallGate(
                        new CallsInFlight(limits.callsInFlightMax(), registry),
                        authenticator,
                        new CallMetrics(registry),
                        InstantSource.system());
        var forwarder =
                new Forwarder(
                        placement,
                        channels,
                        CallGate::principal,
                        new Forwarder.Settings(
                                limits.messageBytesMax(),
                                limits.deadlineDefault(),
                                new RepliesWaiting(limits.repliesWaitingMax(), registry)),
                        new ForwardMetrics(registry));
        var services = PublicServices.all(forwarder, gate, placement, channels);
        var port =
                closing.add(
                        PublicPort.open(config.port(), limits, services, gate, placement::missing));
        log.atInfo().addKeyValue("port", port.number()).log("router serves");
        return new Router(closing, placement, port);
    }

    /** In a process of our own nothing breaks between router and node. */
    private static ManagedChannel inProcess(LiveNode node) {
        return InProcessChannelBuilder.forName(node.address())
                .directExecutor()
                .maxInboundMetadataSize(PublicPort.METADATA_BYTES_MAX)
                .build();
    }
}
