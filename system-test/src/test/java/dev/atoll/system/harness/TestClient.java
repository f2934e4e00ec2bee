package dev.atoll.system.harness;

import dev.atoll.proto.v1.ClusterServiceGrpc;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.InstanceKey;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The raw generated stubs over one channel, with a token. Thread-safe. */
public final class TestClient implements AutoCloseable {
    /** The deadline of a call that does not say another. */
    public static final Duration DEADLINE = Duration.ofSeconds(25);

    private static final int MESSAGE_BYTES_MAX = 64 << 20;
    private static final AtomicLong COUNTER = new AtomicLong();
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel channel;
    private final Metadata metadata = new Metadata();

    /** Connects without TLS. */
    public TestClient(int port, String token) {
        this(port, token, InsecureChannelCredentials.create());
    }

    /** Connects with these credentials; an empty token is not sent. */
    public TestClient(int port, String token, ChannelCredentials credentials) {
        channel =
                Grpc.newChannelBuilderForAddress("127.0.0.1", port, credentials)
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .build();
        if (!token.isEmpty()) {
            metadata.put(AUTHORIZATION, "Bearer " + token);
        }
    }

    /** Sends this with every call made through stubs that are asked for later. */
    public <T> TestClient header(Metadata.Key<T> key, T value) {
        metadata.put(key, value);
        return this;
    }

    public DatabaseServiceGrpc.DatabaseServiceBlockingStub database() {
        return prepared(DatabaseServiceGrpc.newBlockingStub(channel));
    }

    public DatabaseServiceGrpc.DatabaseServiceFutureStub databaseAsync() {
        return prepared(DatabaseServiceGrpc.newFutureStub(channel));
    }

    public InstanceServiceGrpc.InstanceServiceBlockingStub instances() {
        return prepared(InstanceServiceGrpc.newBlockingStub(channel));
    }

    public ClusterServiceGrpc.ClusterServiceBlockingStub cluster() {
        return prepared(ClusterServiceGrpc.newBlockingStub(channel));
    }

    public ConfigServiceGrpc.ConfigServiceBlockingStub config() {
        return prepared(ConfigServiceGrpc.newBlockingStub(channel));
    }

    public ConfigServiceGrpc.ConfigServiceFutureStub configAsync() {
        return prepared(ConfigServiceGrpc.newFutureStub(channel));
    }

    public ManagedChannel channel() {
        return channel;
    }

    /** What is sent with every call. */
    public Metadata metadata() {
        return metadata;
    }

    /** An instance that no other test uses; it does not exist yet. */
    public InstanceHandle fresh() {
        return instance(
                "test", "i" + COUNTER.incrementAndGet() + "-" + ProcessHandle.current().pid());
    }

    /** That instance through this client. */
    public InstanceHandle instance(String namespace, String id) {
        return new InstanceHandle(
                this, InstanceKey.newBuilder().setNamespace(namespace).setId(id).build());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private <T extends AbstractStub<T>> T prepared(T stub) {
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .withDeadlineAfter(DEADLINE);
    }
}
