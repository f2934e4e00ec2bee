package dev.atoll.client.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.proto.v1.CallError;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.PipelineCancel;
import dev.atoll.proto.v1.PipelineRequest;
import dev.atoll.proto.v1.PipelineResponse;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One stream that carries many calls. Thread-safe. */
final class PipelineStream {
    /** Replies read ahead of those that are handled. */
    private static final int REPLIES_AHEAD = 256;

    /** Past its deadline by this much, a call is given up without an answer. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private static final Duration LOOK_FOR_OVERDUE_EVERY = Duration.ofMillis(100);

    private final ClientCall<PipelineRequest, PipelineResponse> call;
    private final @Nullable Supplier<String> token;
    private final Executor executor;
    private final Consumer<Status> onEnd;
    private final ConcurrentHashMap<Long, Waiting<?>> waiting = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private long lastId;

    @GuardedBy("this")
    private @Nullable String sentToken;

    private volatile boolean open = true;

    private PipelineStream(
            ClientCall<PipelineRequest, PipelineResponse> call,
            @Nullable Supplier<String> token,
            Executor executor,
            Consumer<Status> onEnd) {
        this.call = call;
        this.token = token;
        this.executor = executor;
        this.onEnd = onEnd;
    }

    private record Waiting<R>(long id, long deadlineNanos, AttemptEnd<R> end) {}

    /**
     * Opens a stream. Throws what the token supplier throws.
     *
     * @param executor runs what hears the ends of calls; they may block it
     * @param onEnd hears how the stream ended
     */
    static PipelineStream open(
            Channel channel,
            @Nullable Supplier<String> token,
            Executor executor,
            Consumer<Status> onEnd) {
        // Hears the server on the transport's own thread: what may block goes to the executor.
        var options = CallOptions.DEFAULT.withExecutor(Runnable::run);
        var call = channel.newCall(DatabaseServiceGrpc.getPipelineMethod(), options);
        var stream = new PipelineStream(call, token, executor, onEnd);
        stream.start();
        return stream;
    }

    boolean isOpen() {
        return open;
    }

    private synchronized void start() {
        var headers = new Metadata();
        if (token != null) {
            sentToken = token.get();
            headers.put(CallMetadata.AUTHORIZATION, "Bearer " + sentToken);
        }
        call.start(new Replies(), headers);
        call.request(REPLIES_AHEAD);
        lookForOverdueLater();
    }

    /** Sends a call. Throws what the token supplier throws. */
    <R> Attempt send(PipelineRequest.Builder request, long deadlineNanos, AttemptEnd<R> end) {
        long left = Math.max(0, deadlineNanos - System.nanoTime());
        request.setTimeoutMillis(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
        var current = token == null ? null : token.get();
        long id;
        synchronized (this) {
            id = ++lastId;
            waiting.put(id, new Waiting<>(id, deadlineNanos, end));
            if (open) {
                if (current != null && !current.equals(sentToken)) {
                    sentToken = current;
                    call.sendMessage(PipelineRequest.newBuilder().setRefreshToken(current).build());
                }
                call.sendMessage(request.setCallId(id).build());
            }
        }
        if (!open) {
            // It ended in between, and may have missed this one.
            fail(id, Status.UNAVAILABLE.withDescription("the stream has ended"), new Metadata());
        }
        return () -> cancel(id);
    }

    private void cancel(long id) {
        if (waiting.containsKey(id)) {
            synchronized (this) {
                if (open) {
                    call.sendMessage(
                            PipelineRequest.newBuilder()
                                    .setCallId(id)
                                    .setCancel(PipelineCancel.getDefaultInstance())
                                    .build());
                }
            }
        }
    }

    /** Lets the calls under way end. */
    synchronized void close() {
        if (open) {
            open = false;
            call.halfClose();
        }
    }

    private void fail(long id, Status status, Metadata trailers) {
        var ended = waiting.remove(id);
        if (ended != null) {
            executor.execute(() -> ended.end().failed(status, trailers));
        }
    }

    /** The server answers every call by its deadline; this is for one that does not. */
    private void lookForOverdueLater() {
        CompletableFuture.delayedExecutor(
                        LOOK_FOR_OVERDUE_EVERY.toMillis(), TimeUnit.MILLISECONDS, executor)
                .execute(
                        () -> {
                            endOverdue(System.nanoTime() - GRACE.toNanos());
                            if (open || !waiting.isEmpty()) {
                                lookForOverdueLater();
                            }
                        });
    }

    private void endOverdue(long nowNanos) {
        for (var call : waiting.values()) {
            if (call.deadlineNanos() - nowNanos <= 0) {
                var late = Status.DEADLINE_EXCEEDED.withDescription("no answer by the deadline");
                cancel(call.id());
                fail(call.id(), late, new Metadata());
            }
        }
    }

    /** Hears the server. */
    private final class Replies extends ClientCall.Listener<PipelineResponse> {
        @Override
        public void onMessage(PipelineResponse reply) {
            call.request(1);
            var ended = waiting.remove(reply.getCallId());
            // Nobody waits for one that was given up.
            if (ended != null) {
                if (ended.end().isQuick() && !reply.hasError()) {
                    deliver(reply, ended);
                } else {
                    executor.execute(() -> deliver(reply, ended));
                }
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            open = false;
            onEnd.accept(status);
            var end =
                    status.isOk() || status.getCode() == Status.Code.UNIMPLEMENTED
                            ? Status.UNAVAILABLE.withDescription("the stream has ended")
                            : status;
            for (var id : waiting.keySet()) {
                fail(id, end, trailers);
            }
        }

        // The two methods that are sent have these two replies.
        @SuppressWarnings("unchecked")
        private <R> void deliver(PipelineResponse reply, Waiting<R> ended) {
            switch (reply.getOutcomeCase()) {
                case QUERY -> ended.end().replied((R) reply.getQuery());
                case MUTATE -> ended.end().replied((R) reply.getMutate());
                case ERROR -> {
                    var failure = exception(reply.getError());
                    var trailers = failure.getTrailers();
                    ended.end()
                            .failed(
                                    failure.getStatus(),
                                    trailers == null ? new Metadata() : trailers);
                }
                case OUTCOME_NOT_SET ->
                        ended.end()
                                .failed(
                                        Status.INTERNAL.withDescription("a reply without outcome"),
                                        new Metadata());
            }
        }
    }

    private static StatusRuntimeException exception(CallError error) {
        var reason = Reason.find(error.getReason());
        if (reason.isEmpty()) {
            return Status.fromCodeValue(error.getCode())
                    .withDescription(error.getMessage())
                    .asRuntimeException();
        }
        var failure = Failure.of(reason.get(), error.getMessage());
        for (var detail : error.getDetailsMap().entrySet()) {
            failure = failure.with(detail.getKey(), detail.getValue());
        }
        if (error.getRetryAfterMillis() > 0) {
            failure = failure.retryAfter(Duration.ofMillis(error.getRetryAfterMillis()));
        }
        return FailureStatus.exception(failure);
    }
}
