package dev.atoll.cli.connect;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.proto.v1.ClusterServiceGrpc;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A connection to one server as one caller; every call has the same deadline. Thread-safe. */
public final class Connection implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** More than a server sends by default, so that its own limit is the one that counts. */
    private static final int REPLY_BYTES_MAX = 256 << 20;

    private static final Duration CLOSE_MAX = Duration.ofSeconds(1);

    private final ManagedChannel managed;
    private final EventLoopGroup threads;
    private final Channel channel;
    private final String endpoint;
    private final Duration deadline;

    private Connection(
            ManagedChannel managed,
            EventLoopGroup threads,
            Channel channel,
            String endpoint,
            Duration deadline) {
        this.managed = managed;
        this.threads = threads;
        this.channel = channel;
        this.endpoint = endpoint;
        this.deadline = deadline;
    }

    /**
     * Connects when the first call is made.
     *
     * @param token who calls, or null
     * @param credentials TLS or plaintext
     */
    static Connection open(
            String endpoint,
            @Nullable String token,
            ChannelCredentials credentials,
            Duration deadline) {
        var threads =
                new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory("connection", true), NioIoHandler.newFactory());
        var managed =
                NettyChannelBuilder.forTarget(endpoint, credentials)
                        .eventLoopGroup(threads)
                        .channelType(NioSocketChannel.class)
                        .maxInboundMessageSize(REPLY_BYTES_MAX)
                        .build();
        Channel channel = managed;
        if (token != null) {
            var headers = new Metadata();
            headers.put(AUTHORIZATION, "Bearer " + token.strip());
            channel =
                    ClientInterceptors.intercept(
                            managed, MetadataUtils.newAttachHeadersInterceptor(headers));
        }
        return new Connection(managed, threads, channel, endpoint, deadline);
    }

    /** Plaintext, or TLS that trusts these authorities; the system's if null. */
    static ChannelCredentials credentials(boolean plaintext, @Nullable Path authorities)
            throws IOException {
        if (plaintext) {
            return InsecureChannelCredentials.create();
        }
        if (authorities == null) {
            return TlsChannelCredentials.create();
        }
        try {
            return TlsChannelCredentials.newBuilder().trustManager(authorities.toFile()).build();
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--tls-authorities: '" + authorities + "' (expected: a PEM file): " + e);
        }
    }

    /** Calls the database service; failures come as {@link CallException}. */
    public <T> T database(Function<DatabaseServiceGrpc.DatabaseServiceBlockingStub, T> call) {
        return call(DatabaseServiceGrpc.newBlockingStub(channel), call);
    }

    /** Calls the instance service; failures come as {@link CallException}. */
    public <T> T instances(Function<InstanceServiceGrpc.InstanceServiceBlockingStub, T> call) {
        return call(InstanceServiceGrpc.newBlockingStub(channel), call);
    }

    /** Calls the cluster service; failures come as {@link CallException}. */
    public <T> T cluster(Function<ClusterServiceGrpc.ClusterServiceBlockingStub, T> call) {
        return call(ClusterServiceGrpc.newBlockingStub(channel), call);
    }

    /** Calls the config service; failures come as {@link CallException}. */
    public <T> T config(Function<ConfigServiceGrpc.ConfigServiceBlockingStub, T> call) {
        return call(ConfigServiceGrpc.newBlockingStub(channel), call);
    }

    /** HOST:PORT of the server. */
    public String endpoint() {
        return endpoint;
    }

    /**
     * No call is under way. Waits for the connection's thread: the exit of a JVM is held up for 300
     * ms by threads that wait in native code.
     */
    @Override
    public void close() {
        managed.shutdownNow();
        try {
            if (managed.awaitTermination(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                var _ =
                        threads.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS)
                                .await(CLOSE_MAX.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <S extends AbstractStub<S>, T> T call(S stub, Function<S, T> call) {
        try {
            return call.apply(stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS));
        } catch (StatusRuntimeException e) {
            throw CallException.of(e, endpoint);
        }
    }
}
