package dev.atoll.node.rpc;

import dev.atoll.node.config.ActiveConfig;
import dev.atoll.node.config.ConfigVersions;
import dev.atoll.node.declared.BlocksInForce;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.migration.Fleet;
import dev.atoll.node.waking.AlarmWatchers;
import dev.atoll.wire.ReadableBodies;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC server of a node. Thread-safe. */
public final class NodeServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeServer.class);

    /** A user's claims come in it: what a token of 8 KiB can hold, in base 64. */
    private static final int METADATA_BYTES_MAX = 32 * 1024;

    private static final Duration STOP_AFTER = Duration.ofSeconds(5);

    private final Server server;
    private final HealthStatusManager health;
    private final LinkRpc link;
    private final ExecutorService listings;
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    private NodeServer(
            Server server, HealthStatusManager health, LinkRpc link, ExecutorService listings) {
        this.server = server;
        this.health = health;
        this.link = link;
        this.listings = listings;
    }

    /**
     * Opens the port.
     *
     * @param builder of the transport, without services
     * @param nodeId the node's id, which replies carry
     */
    public static NodeServer start(
            ServerBuilder<?> builder, Instances instances, Options options, String nodeId)
            throws IOException {
        var limits = options.limits();
        var registry = options.registry();
        var metrics = new RpcMetrics(registry);
        var load = new LoadLimit(limits.load(), registry);
        var health = new HealthStatusManager();
        var listings = Executors.newVirtualThreadPerTaskExecutor();
        var operations = new Operations(limits.operationsMax());
        var access = new CallAccess.Factory(options.blocks(), InstantSource.system());
        var queries = new Queries(instances, operations, access);
        var mutations = new Mutations(instances, operations, access);
        var door = new Door(options.config(), options.blocks());
        var link = new LinkRpc(new LinkCalls(queries, mutations, door), load, metrics);
        var services =
                List.of(
                        new DatabaseRpc(queries, mutations, limits).bindService(),
                        new InstanceRpc(
                                        new InstanceRpc.Door(
                                                instances,
                                                access,
                                                new AlarmCalls(
                                                        instances, operations, options.watchers())),
                                        limits,
                                        nodeId,
                                        listings)
                                .bindService(),
                        new ConfigRpc(options.declared(), options.config(), listings)
                                .bindService());
        for (var service : services) {
            builder.addService(intercepted(service, metrics, load, door));
        }
        var server =
                builder.addService(link)
                        .addService(health.getHealthService())
                        .addService(ProtoReflectionServiceV1.newInstance())
                        .addStreamTracerFactory(metrics.tracer())
                        .maxInboundMessageSize(limits.messageBytesMax())
                        .maxInboundMetadataSize(METADATA_BYTES_MAX)
                        // No call blocks the transport's threads: work goes to lanes.
                        .directExecutor()
                        .build();
        try {
            server.start();
        } catch (IOException e) {
            // gRPC names the address, and leaves why to the cause.
            var cause = e.getCause();
            throw new IOException(
                    "port: "
                            + e.getMessage()
                            + (cause == null ? "" : ": " + cause.getMessage())
                            + " (is it in use? choose another with --port)",
                    e);
        }
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
        return new NodeServer(server, health, link, listings);
    }

    /**
     * What the server is told besides its instances. Immutable.
     *
     * @param limits of calls
     * @param config whether it is known what is in force
     * @param blocks which are in force
     * @param declared what {@code ConfigService} is about
     * @param watchers of alarms
     * @param registry for its metrics
     */
    public record Options(
            RpcLimits limits,
            ActiveConfig config,
            BlocksInForce blocks,
            Declared declared,
            AlarmWatchers watchers,
            MeterRegistry registry) {}

    /**
     * The declarations.
     *
     * @param versions of them
     * @param fleet how far the instances are
     */
    public record Declared(ConfigVersions versions, Fleet fleet) {}

    public int port() {
        return server.getPort();
    }

    /** Says that calls should go elsewhere, and takes no new connections. */
    public void drain() {
        if (draining.compareAndSet(false, true)) {
            health.enterTerminalState();
            server.shutdown();
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            drain();
            // Every call has ended by now; the streams would not end by themselves.
            link.close();
            try {
                if (!server.awaitTermination(STOP_AFTER.toMillis(), TimeUnit.MILLISECONDS)) {
                    server.shutdownNow();
                }
            } catch (InterruptedException e) {
                server.shutdownNow();
                Thread.currentThread().interrupt();
            }
            endListings();
        }
    }

    /** A listing can redo an instance: not interrupted, which would close the files under it. */
    private void endListings() {
        listings.shutdown();
        try {
            if (!listings.awaitTermination(STOP_AFTER.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a listing, or an export, goes on beyond the end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ServerServiceDefinition intercepted(
            ServerServiceDefinition service, RpcMetrics metrics, LoadLimit load, Door door) {
        // Outermost first: everything is counted, and what is refused costs nothing further.
        return ServerInterceptors.intercept(
                ReadableBodies.of(
                        ServerInterceptors.interceptForward(
                                service, load, CallContext.interceptor(door))),
                metrics.interceptor());
    }
}
