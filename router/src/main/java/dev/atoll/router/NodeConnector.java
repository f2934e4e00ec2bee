package dev.atoll.router;

import dev.atoll.process.TlsFiles;
import dev.atoll.router.placement.LiveNode;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Opens channels to the nodes of a cluster. Thread-safe. */
final class NodeConnector implements AutoCloseable {
    private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(5);

    private final ChannelCredentials credentials;
    private final @Nullable TlsFiles tls;
    private final Duration keepalive;

    private NodeConnector(
            ChannelCredentials credentials, @Nullable TlsFiles tls, Duration keepalive) {
        this.credentials = credentials;
        this.tls = tls;
        this.keepalive = keepalive;
    }

    static NodeConnector of(RouterConfig.Pem pem, RouterConfig.Limits limits) throws IOException {
        if (!pem.given()) {
            return new NodeConnector(InsecureChannelCredentials.create(), null, limits.keepalive());
        }
        var tls = PublicPort.tlsFiles(pem);
        return new NodeConnector(tls.client(), tls, limits.keepalive());
    }

    ManagedChannel connect(LiveNode node) {
        return NettyChannelBuilder.forTarget("dns:///" + node.address(), credentials)
                .directExecutor()
                // What may be sent again is ours to say, not a service config's.
                .disableRetry()
                .disableServiceConfigLookUp()
                // The node's own limits hold: what it sends has passed them.
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .maxInboundMetadataSize(PublicPort.METADATA_BYTES_MAX)
                .keepAliveTime(keepalive.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveWithoutCalls(true)
                .build();
    }

    @Override
    public void close() {
        if (tls != null) {
            tls.close();
        }
    }
}
