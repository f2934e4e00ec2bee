package dev.atoll.client.internal;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call with all its attempts, which follow one another: at most one is under way. It is the
 * future that the caller holds, so that cancelling it reaches the attempt. Thread-safe.
 */
final class RepeatedCall<Q, R, T extends @Nullable Object> extends CompletableFuture<T> {
    private final Transport transport;
    private final CallPlan<Q, R, T> plan;

    private volatile @Nullable Attempt attempt;

    RepeatedCall(Transport transport, CallPlan<Q, R, T> plan) {
        this.transport = transport;
        this.plan = plan;
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
        try {
            attempt =
                    transport.attempt(
                            plan.method(),
                            plan.request(),
                            deadlineNanos,
                            end(number, deadlineNanos));
        } catch (RuntimeException e) {
            // What the token supplier threw.
            completeExceptionally(e);
        }
        if (isDone()) {
            // Completed or cancelled by the caller while the attempt was made.
            cancelAttempt();
        }
    }

    private void cancelAttempt() {
        var current = attempt;
        if (current != null) {
            current.cancel();
        }
    }

    private void failed(CallFailure failure, long deadlineNanos) {
        long delay = transport.retryDelayNanos(failure, plan.repeat(), deadlineNanos);
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

    private AttemptEnd<R> end(int number, long deadlineNanos) {
        return new AttemptEnd<>() {
            @Override
            public void replied(R reply) {
                try {
                    complete(plan.decode().apply(reply));
                } catch (RuntimeException e) {
                    completeExceptionally(e);
                }
            }

            @Override
            public boolean isQuick() {
                return plan.awaited();
            }

            @Override
            public void failed(Status status, Metadata trailers) {
                RepeatedCall.this.failed(CallFailure.of(status, trailers, number), deadlineNanos);
            }
        };
    }
}
