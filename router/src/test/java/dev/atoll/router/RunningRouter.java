package dev.atoll.router;

import dev.atoll.process.Settings;
import dev.atoll.wire.CallMetadata;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A router on a free loopback port, and a channel to it. */
public final class RunningRouter implements AutoCloseable {
    public final Router router;
    public final SimpleMeterRegistry registry;
    public final TestIssuer issuer;
    public final ManagedChannel channel;

    private RunningRouter(Router router, SimpleMeterRegistry registry, TestIssuer issuer) {
        this.router = router;
        this.registry = registry;
        this.issuer = issuer;
        this.channel =
                NettyChannelBuilder.forAddress(
                                "127.0.0.1", router.port(), InsecureChannelCredentials.create())
                        .maxInboundMessageSize(Integer.MAX_VALUE)
                        .disableRetry()
                        .build();
    }

    /** In front of an in-process node. */
    public static RunningRouter local(Path folder, LocalNode node, Map<String, String> settings)
            throws Exception {
        var issuer = new TestIssuer(folder);
        var registry = new SimpleMeterRegistry();
        return new RunningRouter(
                Router.startLocal(config(issuer, settings), registry, node), registry, issuer);
    }

    /** Of a cluster. */
    public static RunningRouter cluster(TestIssuer issuer, Map<String, String> settings)
            throws IOException {
        var registry = new SimpleMeterRegistry();
        return new RunningRouter(
                Router.start(config(issuer, settings), registry), registry, issuer);
    }

    /** The settings of a test router, without environment and file. */
    public static RouterConfig config(TestIssuer issuer, Map<String, String> more) {
        var flags = new TreeMap<String, String>();
        flags.put("host", "127.0.0.1");
        flags.put("port", "0");
        flags.put("http-port", "0");
        flags.put("insecure", "true");
        flags.put("issuers", issuer.issuersFile().toString());
        flags.putAll(more);
        return RouterConfig.from(
                Settings.gather(RouterConfig.SETTINGS, flags, Map.of(), null, List.of()));
    }

    /** Sends this token along. */
    public static ClientInterceptor token(String token) {
        var headers = new Metadata();
        headers.put(CallMetadata.AUTHORIZATION, "Bearer " + token);
        return MetadataUtils.newAttachHeadersInterceptor(headers);
    }

    public ClientInterceptor admin() throws Exception {
        return token(issuer.service("*=admin"));
    }

    @Override
    public void close() {
        channel.shutdownNow();
        router.close();
    }
}
