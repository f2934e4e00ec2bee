package dev.atoll.client.internal;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call with all its attempts, which follow one another: at most one is under way. It is the
 * future that the caller holds, so that cancelling it reaches the attempt. Thread-safe.
 */
final class UnaryCall<Q, R, T extends @Nullable Object> extends CompletableFuture<T> {
    private final Transport transport;
    private final MethodDescriptor<Q, R> method;
    private final Q request;
    private final Repeat repeat;
    private final Function<R, T> decode;

    private volatile @Nullable ClientCall<Q, R> attempt;

    UnaryCall(
            Transport transport,
            MethodDescriptor<Q, R> method,
            Q request,
            Repeat repeat,
            Function<R, T> decode) {
        this.transport = transport;
        this.method = method;
        this.request = request;
        this.repeat = repeat;
        this.decode = decode;
    }

    void start(long deadlineNanos) {
        send(1, deadlineNanos);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        cancelAttempt();
        return cancelled;
    }

    /** Derived futures are plain ones: only this one stands for the call. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    private void send(int number, long deadlineNanos) {
        var call = transport.newCall(method, deadlineNanos);
        attempt = call;
        try {
            call.start(new Reply(number, deadlineNanos), new Metadata());
            call.request(1);
            call.sendMessage(request);
            call.halfClose();
        } catch (RuntimeException e) {
            // What the token supplier threw.
            call.cancel("not sent", e);
            completeExceptionally(e);
        }
        if (isDone()) {
            // Completed or cancelled by the caller while the attempt was made.
            cancelAttempt();
        }
    }

    private void cancelAttempt() {
        var call = attempt;
        if (call != null) {
            call.cancel("cancelled by the caller", null);
        }
    }

    private void failed(CallFailure failure, long deadlineNanos) {
        long delay = transport.retryDelayNanos(failure, repeat, deadlineNanos);
        if (delay < 0) {
            completeExceptionally(transport.exception(failure));
        } else {
            transport
                    .after(delay)
                    .execute(
                            () -> {
                                if (!isDone()) {
                                    send(failure.attempts() + 1, deadlineNanos);
                                }
                            });
        }
    }

    /** Hears the end of one attempt. */
    private final class Reply extends ClientCall.Listener<R> {
        private final int number;
        private final long deadlineNanos;
        private @Nullable R message;

        Reply(int number, long deadlineNanos) {
            this.number = number;
            this.deadlineNanos = deadlineNanos;
        }

        @Override
        public void onMessage(R reply) {
            message = reply;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            var reply = message;
            if (!status.isOk()) {
                failed(CallFailure.of(status, trailers, number), deadlineNanos);
            } else if (reply == null) {
                var broken = Status.INTERNAL.withDescription("a reply without a message");
                failed(CallFailure.of(broken, null, number), deadlineNanos);
            } else {
                decode(reply);
            }
        }

        private void decode(R reply) {
            try {
                complete(decode.apply(reply));
            } catch (RuntimeException e) {
                completeExceptionally(e);
            }
        }
    }
}
