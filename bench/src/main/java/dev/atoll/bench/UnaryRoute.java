package dev.atoll.bench;

import com.google.protobuf.ByteString;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.SqlStatement;
import dev.atoll.proto.v1.Value;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Caller;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.InstanceKey;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A unary gRPC call for each call, as any language makes it, without request ids. Thread-safe.
 *
 * <p>It can also call a node itself, with what a router would tell it, so that the router's share
 * can be measured.
 */
public final class UnaryRoute implements Route {
    private static final long DEADLINE_SECONDS = 30;

    private final Channel channel;
    private final Function<InstanceKey, Metadata> metadata;

    private UnaryRoute(Channel channel, Function<InstanceKey, Metadata> metadata) {
        this.channel = channel;
        this.metadata = metadata;
    }

    /** A connection for such calls. Its callbacks only complete futures: they need no threads. */
    public static ManagedChannel connect(String endpoint, ChannelCredentials credentials) {
        return Grpc.newChannelBuilder(endpoint, credentials)
                .directExecutor()
                .disableRetry()
                .disableServiceConfigLookUp()
                .build();
    }

    /** Calls a router with a token; with none if it is empty. */
    public static UnaryRoute toRouter(Channel channel, String token) {
        return new UnaryRoute(
                channel,
                _ -> {
                    var headers = new Metadata();
                    if (!token.isEmpty()) {
                        headers.put(CallMetadata.AUTHORIZATION, "Bearer " + token);
                    }
                    return headers;
                });
    }

    /** Calls a node, as a router would for that service. */
    public static UnaryRoute toNode(Channel channel, String service) {
        var caller = new Caller(Caller.Kind.SERVICE, "atoll-bench", service).toProto();
        return new UnaryRoute(
                channel,
                key -> {
                    var headers = new Metadata();
                    headers.put(CallMetadata.AUTHORISED_KEY, key.bytes());
                    headers.put(CallMetadata.CALLER, caller);
                    return headers;
                });
    }

    @Override
    public String read(InstanceKey instance, long id) {
        var statement = SqlStatement.newBuilder().setSql(BenchSql.READ).addParameters(integer(id));
        var request =
                QueryRequest.newBuilder()
                        .setInstance(instance.toProto())
                        .addOperations(ReadOperation.newBuilder().setSql(statement))
                        .build();
        return call(DatabaseServiceGrpc.getQueryMethod(), instance, request);
    }

    @Override
    public String update(InstanceKey instance, long id, byte[] value) {
        return write(
                instance,
                SqlStatement.newBuilder()
                        .setSql(BenchSql.UPDATE)
                        .addParameters(blob(value))
                        .addParameters(integer(id)));
    }

    @Override
    public String insert(InstanceKey instance, byte[] value) {
        return write(
                instance,
                SqlStatement.newBuilder().setSql(BenchSql.INSERT).addParameters(blob(value)));
    }

    private String write(InstanceKey instance, SqlStatement.Builder statement) {
        var request =
                MutateRequest.newBuilder()
                        .setInstance(instance.toProto())
                        .addOperations(WriteOperation.newBuilder().setSql(statement))
                        .build();
        return call(DatabaseServiceGrpc.getMutateMethod(), instance, request);
    }

    private static Value integer(long value) {
        return Value.newBuilder().setInteger(value).build();
    }

    private static Value blob(byte[] value) {
        return Value.newBuilder().setBlob(ByteString.copyFrom(value)).build();
    }

    private <Q, R> String call(MethodDescriptor<Q, R> method, InstanceKey instance, Q request) {
        var call =
                channel.newCall(
                        method,
                        CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
        var end = new End<R>();
        call.start(end, metadata.apply(instance));
        call.request(2);
        call.sendMessage(request);
        call.halfClose();
        return end.failure.join();
    }

    /** Hears how a call ended. */
    private static final class End<R> extends ClientCall.Listener<R> {
        private final CompletableFuture<String> failure = new CompletableFuture<>();

        @Override
        public void onClose(Status status, Metadata trailers) {
            failure.complete(
                    status.isOk()
                            ? ""
                            : FailureStatus.find(status, trailers)
                                    .map(found -> found.reason().name())
                                    .orElse(status.getCode().name()));
        }
    }
}
