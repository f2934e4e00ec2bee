package dev.atoll.router;

import dev.atoll.process.TlsFiles;
import dev.atoll.router.rpc.CallGate;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC port for clients: the public services behind the gate, and health and reflection, which
 * need no token. Thread-safe.
 */
final class PublicPort implements AutoCloseable {
    /** Room for a token that is too long to be one, so that the gate can say so. */
    static final int METADATA_BYTES_MAX = 32 * 1024;

    private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PINGS_PERMITTED = Duration.ofSeconds(5);
    private static final Duration HEALTH_EVERY = Duration.ofMillis(500);
    private static final Duration CALLS_END_WITHIN = Duration.ofSeconds(5);

    private final Server server;
    private final HealthStatusManager health;
    private final Future<?> healthUpdates;
    private final ScheduledExecutorService timer;
    private final @Nullable TlsFiles tls;

    private PublicPort(
            Server server,
            HealthStatusManager health,
            Future<?> healthUpdates,
            ScheduledExecutorService timer,
            @Nullable TlsFiles tls) {
        this.server = server;
        this.health = health;
        this.healthUpdates = healthUpdates;
        this.timer = timer;
        this.tls = tls;
    }

    static PublicPort open(
            RouterConfig.Port port,
            RouterConfig.Limits limits,
            List<ServerServiceDefinition> services,
            CallGate gate,
            Supplier<List<String>> missing)
            throws IOException {
        var tls = port.tls().given() ? tlsFiles(port.tls()) : null;
        var health = new HealthStatusManager();
        var builder =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(port.host(), port.number()),
                                credentials(port, tls))
                        // Handlers never block: their work is a few microseconds, a thread switch
                        // costs as much.
                        .directExecutor()
                        // Twice the limit, so that what is over it can be refused with a reason.
                        .maxInboundMessageSize(
                                (int) Math.min(Integer.MAX_VALUE, 2L * limits.messageBytesMax()))
                        .maxInboundMetadataSize(METADATA_BYTES_MAX)
                        .keepAliveTime(limits.keepalive().toMillis(), TimeUnit.MILLISECONDS)
                        .keepAliveTimeout(KEEPALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                        .permitKeepAliveTime(PINGS_PERMITTED.toMillis(), TimeUnit.MILLISECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .addService(health.getHealthService())
                        .addService(ProtoReflectionServiceV1.newInstance())
                        .addService(oldReflection());
        services.forEach(
                service -> builder.addService(ServerInterceptors.intercept(service, gate)));
        var server = builder.build();
        try {
            server.start();
        } catch (IOException e) {
            if (tls != null) {
                tls.close();
            }
            throw new IOException(
                    "port "
                            + port.host()
                            + ":"
                            + port.number()
                            + " cannot be opened: "
                            + (e.getCause() == null ? e : e.getCause()).getMessage()
                            + " (is it in use? choose another with --port)",
                    e);
        }
        var timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("health-", 0).factory());
        Runnable update =
                () ->
                        health.setStatus(
                                HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
                                missing.get().isEmpty()
                                        ? ServingStatus.SERVING
                                        : ServingStatus.NOT_SERVING);
        update.run();
        var updates =
                timer.scheduleWithFixedDelay(
                        update,
                        HEALTH_EVERY.toMillis(),
                        HEALTH_EVERY.toMillis(),
                        TimeUnit.MILLISECONDS);
        return new PublicPort(server, health, updates, timer, tls);
    }

    int number() {
        return server.getPort();
    }

    @Override
    public void close() {
        healthUpdates.cancel(false);
        timer.shutdownNow();
        health.enterTerminalState();
        server.shutdown();
        try {
            server.awaitTermination(CALLS_END_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.shutdownNow();
        if (tls != null) {
            tls.close();
        }
    }

    static TlsFiles tlsFiles(RouterConfig.Pem pem) throws IOException {
        try {
            return new TlsFiles(pem.certificate(), pem.key(), pem.authorities());
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException("TLS files cannot be read: " + e.getMessage(), e);
        }
    }

    private static ServerCredentials credentials(RouterConfig.Port port, @Nullable TlsFiles tls) {
        return tls == null
                ? InsecureServerCredentials.create()
                : tls.server(port.tls().authorities() != null);
    }

    @SuppressWarnings("deprecation") // grpcurl before 1.9 and other tools speak v1alpha only
    private static io.grpc.BindableService oldReflection() {
        return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
    }
}
