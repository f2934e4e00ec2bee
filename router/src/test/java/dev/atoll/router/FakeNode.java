package dev.atoll.router;

import com.google.protobuf.ByteString;
import dev.atoll.proto.internal.v1.LinkReplies;
import dev.atoll.proto.internal.v1.LinkReply;
import dev.atoll.proto.internal.v1.LinkServiceGrpc;
import dev.atoll.proto.internal.v1.LinkStep;
import dev.atoll.proto.internal.v1.LinkSteps;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.LinkFailure;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A node that sees the bytes it is sent and answers what a test tells it to. Thread-safe. */
public final class FakeNode implements AutoCloseable {
    private final Server server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour = call -> call.reply(new byte[0]);

    private FakeNode(ServerBuilder<?> builder) throws IOException {
        this.server =
                builder.addService(bytesOf(DatabaseServiceGrpc.getServiceDescriptor()))
                        .addService(bytesOf(InstanceServiceGrpc.getServiceDescriptor()))
                        .addService(bytesOf(ConfigServiceGrpc.getServiceDescriptor()))
                        .addService(new Links())
                        .directExecutor()
                        .build()
                        .start();
    }

    public static FakeNode inProcess(String name) throws IOException {
        return new FakeNode(InProcessServerBuilder.forName(name));
    }

    /** On a free port of loopback. */
    public static FakeNode onLoopback() throws IOException {
        return new FakeNode(
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .permitKeepAliveTime(1, TimeUnit.SECONDS));
    }

    /** What a test wants the node to do. */
    public interface Behaviour {
        void answer(Received call);
    }

    /** Replaces what the node does with calls from now on. */
    public void behave(Behaviour next) {
        behaviour = next;
    }

    public int port() {
        return server.getPort();
    }

    public List<Received> received() {
        return received;
    }

    public Received only() {
        if (received.size() != 1) {
            throw new AssertionError("calls received: " + received.size() + " (expected: 1)");
        }
        return received.getFirst();
    }

    /** Cuts all connections. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ServerServiceDefinition bytesOf(ServiceDescriptor service) {
        var methods =
                service.getMethods().stream()
                        .map(method -> method.toBuilder(new Bytes(), new Bytes()).build())
                        .toList();
        var descriptor = ServiceDescriptor.newBuilder(service.getName());
        methods.forEach(descriptor::addMethod);
        var definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(
                method ->
                        definition.addMethod(
                                ServerMethodDefinition.create(
                                        method, (call, headers) -> listen(call, headers))));
        return definition.build();
    }

    private ServerCall.Listener<byte[]> listen(ServerCall<byte[], byte[]> call, Metadata headers) {
        call.request(1);
        return new Received(call, headers);
    }

    /** The links of routers; their calls are received as if each had come by itself. */
    private final class Links extends LinkServiceGrpc.LinkServiceImplBase {
        @Override
        public StreamObserver<LinkSteps> open(StreamObserver<LinkReplies> replies) {
            ((ServerCallStreamObserver<LinkReplies>) replies).setOnCancelHandler(() -> {});
            var calls = new ConcurrentHashMap<Long, Received>();
            return new StreamObserver<>() {
                @Override
                public void onNext(LinkSteps steps) {
                    for (var step : steps.getStepsList()) {
                        if (step.hasCall()) {
                            var call = new Received(step, replies);
                            calls.put(step.getCallId(), call);
                            received.add(call);
                            behaviour.answer(call);
                        } else {
                            Objects.requireNonNull(calls.get(step.getCallId())).cancelled = true;
                        }
                    }
                }

                @Override
                public void onError(Throwable error) {
                    calls.values().forEach(call -> call.cancelled = true);
                }

                @Override
                public void onCompleted() {
                    replies.onCompleted();
                }
            };
        }
    }

    /** One call as it came. */
    public final class Received extends ServerCall.Listener<byte[]> {
        public final Metadata headers;
        public final @Nullable Deadline deadline;
        public volatile byte[] body = new byte[0];
        public volatile boolean cancelled;
        public final boolean resumes;
        private final Caller caller;
        private final byte @Nullable [] key;
        private final @Nullable ServerCall<byte[], byte[]> call;
        private final @Nullable Consumer<LinkReply.Builder> link;
        private volatile @Nullable Runnable onReady;

        Received(ServerCall<byte[], byte[]> call, Metadata headers) {
            this.headers = headers;
            this.call = call;
            this.link = null;
            this.resumes = false;
            this.deadline = Context.current().getDeadline();
            this.caller = Caller.of(Objects.requireNonNull(headers.get(CallMetadata.CALLER)));
            this.key = headers.get(CallMetadata.AUTHORISED_KEY);
        }

        Received(LinkStep step, StreamObserver<LinkReplies> replies) {
            var linked = step.getCall();
            this.headers = new Metadata();
            this.call = null;
            this.link =
                    reply -> {
                        synchronized (replies) {
                            replies.onNext(
                                    LinkReplies.newBuilder()
                                            .addReplies(reply.setCallId(step.getCallId()))
                                            .build());
                        }
                    };
            this.resumes = linked.getResumes();
            this.deadline = Deadline.after(linked.getTimeoutMicros(), TimeUnit.MICROSECONDS);
            this.caller = Caller.of(linked.getCaller());
            this.key = linked.getAuthorisedKey().toByteArray();
            this.body = linked.getBody().toByteArray();
        }

        /** Who the router says calls. */
        public Caller caller() {
            return caller;
        }

        /** The key the router says it authorised. */
        public String key() {
            return new String(Objects.requireNonNull(key), StandardCharsets.UTF_8);
        }

        public void reply(byte[] message) {
            if (link != null) {
                link.accept(LinkReply.newBuilder().setBody(ByteString.copyFrom(message)));
                return;
            }
            var call = direct();
            call.sendHeaders(new Metadata());
            call.sendMessage(message);
            call.close(Status.OK, new Metadata());
        }

        public void fail(Failure failure) {
            if (link != null) {
                link.accept(LinkReply.newBuilder().setError(LinkFailure.of(failure)));
                return;
            }
            direct().close(FailureStatus.status(failure), FailureStatus.trailers(failure));
        }

        /** Sends messages of the producer while the other side takes them; null ends the stream. */
        public void stream(java.util.function.Supplier<byte @Nullable []> producer) {
            direct().sendHeaders(new Metadata());
            onReady = () -> pump(producer);
            pump(producer);
        }

        private ServerCall<byte[], byte[]> direct() {
            return Objects.requireNonNull(call, "it came over a link");
        }

        private synchronized void pump(java.util.function.Supplier<byte @Nullable []> producer) {
            var call = direct();
            while (call.isReady() && onReady != null) {
                var message = producer.get();
                if (message == null) {
                    onReady = null;
                    call.close(Status.OK, new Metadata());
                    return;
                }
                call.sendMessage(message);
            }
        }

        @Override
        public void onMessage(byte[] message) {
            body = message;
        }

        @Override
        public void onHalfClose() {
            received.add(this);
            behaviour.answer(this);
        }

        @Override
        public void onReady() {
            var pump = onReady;
            if (pump != null) {
                pump.run();
            }
        }

        @Override
        public void onCancel() {
            cancelled = true;
        }
    }

    /** Messages as they are. */
    public static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
