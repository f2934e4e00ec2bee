package dev.atoll.client.internal;

import com.google.protobuf.MessageLite;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.PipelineRequest;
import dev.atoll.proto.v1.QueryRequest;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which calls share a stream. A call of its own costs several times as much as a message of
 * a stream that is there, but one at a time gains nothing, and a stream has one reader at the other
 * end: so calls share one while several are under way.
 *
 * <p>A call may so overtake another, and callers are promised no order: to send all of them over
 * the stream would not give it to them, since one that is repeated comes after those behind it.
 * Thread-safe.
 */
final class Pipelines implements AutoCloseable {
    /** With fewer calls under way each goes by itself. */
    private static final int SHARED_FROM = 4;

    /** A larger request would hold up those behind it. */
    private static final int REQUEST_BYTES_MAX = 64 << 10;

    private final Channel channel;
    private final @Nullable Supplier<String> token;
    private final Executor executor;
    private final AtomicInteger underWay = new AtomicInteger();
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable PipelineStream stream;
    private volatile boolean unavailable;

    Pipelines(Channel channel, @Nullable Supplier<String> token, Executor executor) {
        this.channel = channel;
        this.token = token;
        this.executor = executor;
    }

    /** Sends the request on the shared stream; null if it had better go by itself. */
    <Q, R> @Nullable Attempt trySend(
            MethodDescriptor<Q, R> method, Q request, long deadlineNanos, AttemptEnd<R> end) {
        if (unavailable || underWay.get() < SHARED_FROM || !isShared(method)) {
            return null;
        }
        var message = message(request);
        if (message == null) {
            return null;
        }
        return open().send(message, deadlineNanos, counted(method, end));
    }

    /** Counts the call among those under way until it ends. */
    <R> AttemptEnd<R> counted(MethodDescriptor<?, R> method, AttemptEnd<R> end) {
        if (!isShared(method)) {
            return end;
        }
        underWay.incrementAndGet();
        return new AttemptEnd<>() {
            @Override
            public void replied(R reply) {
                underWay.decrementAndGet();
                end.replied(reply);
            }

            @Override
            public boolean isQuick() {
                return end.isQuick();
            }

            @Override
            public void failed(Status status, Metadata trailers) {
                underWay.decrementAndGet();
                end.failed(status, trailers);
            }
        };
    }

    private static boolean isShared(MethodDescriptor<?, ?> method) {
        return method == DatabaseServiceGrpc.getQueryMethod()
                || method == DatabaseServiceGrpc.getMutateMethod();
    }

    private static PipelineRequest.@Nullable Builder message(Object request) {
        if (((MessageLite) request).getSerializedSize() > REQUEST_BYTES_MAX) {
            return null;
        }
        return switch (request) {
            case QueryRequest query -> PipelineRequest.newBuilder().setQuery(query);
            case MutateRequest mutation -> PipelineRequest.newBuilder().setMutate(mutation);
            default -> null; // Only those two are shared.
        };
    }

    private PipelineStream open() {
        var open = stream;
        if (open != null && open.isOpen()) {
            return open;
        }
        opening.lock();
        try {
            open = stream;
            if (open == null || !open.isOpen()) {
                open = PipelineStream.open(channel, token, executor, this::ended);
                stream = open;
            }
            return open;
        } finally {
            opening.unlock();
        }
    }

    private void ended(Status status) {
        if (status.getCode() == Status.Code.UNIMPLEMENTED) {
            // An older server: from now on each call goes by itself.
            unavailable = true;
        }
    }

    @Override
    public void close() {
        unavailable = true;
        var open = stream;
        if (open != null) {
            open.close();
        }
    }
}
