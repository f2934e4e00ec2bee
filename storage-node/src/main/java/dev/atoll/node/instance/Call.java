package dev.atoll.node.instance;

import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One task of a lane, and the reply that waits for it. Thread-safe.
 *
 * <pre>
 * WAITING -> RUNNING -> COMMITTING -> DONE
 *    |          |            |
 *    +----------+------------+--> DONE by {@link #abandon}, at the deadline or on cancellation
 * </pre>
 *
 * <p>Abandoned before COMMITTING, a call is certainly undone: the lane asks {@link #beginCommit}
 * first. Abandoned while COMMITTING, nobody knows.
 */
public final class Call<T> {
    private enum Phase {
        WAITING,
        RUNNING,
        COMMITTING,
        DONE
    }

    private final Supplier<T> work;
    private final CallBudget budget;
    private final long deadlineNanos;
    private final long submittedNanos;
    private final CompletableFuture<T> reply = new CompletableFuture<>();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);
    private final Gate gate;
    private volatile long startedNanos;

    /** Of {@link Deadlines}. */
    @Nullable Call<?> arrivedBefore;

    /** The journal's position up to which its reply has seen commits. Of the lane. */
    private long seen;

    Call(CallBudget budget, long deadlineNanos, long nowNanos, Gate gate, WorkOf<T> work) {
        this.gate = gate;
        this.budget = budget;
        this.deadlineNanos = deadlineNanos;
        this.submittedNanos = nowNanos;
        this.work = () -> work.run(this);
    }

    /** Holds replies back until what they say is durable. */
    interface Gate {
        void hold(long position, CommitLog.Held held);
    }

    /** Says what the reply may have seen. On the lane's thread. */
    void saw(long position) {
        seen = position;
    }

    /** The work of a call, which is told which call it is. */
    interface WorkOf<T> {
        T run(Call<T> call);
    }

    /** The reply; fails with a {@link Failure} unless something is broken. */
    public CompletableFuture<T> reply() {
        return reply;
    }

    CallBudget budget() {
        return budget;
    }

    boolean isPastDeadline(long nowNanos) {
        return deadlineNanos - nowNanos <= 0;
    }

    boolean isDone() {
        return phase.get() == Phase.DONE;
    }

    /** How long it waited for its turn. */
    Duration queueTime() {
        // The turn may have begun a moment before it came.
        return Duration.ofNanos(Math.max(0, startedNanos - submittedNanos));
    }

    /** Runs the work on the lane's thread, unless the caller has gone. */
    void run(long nowNanos) {
        startedNanos = nowNanos;
        if (!phase.compareAndSet(Phase.WAITING, Phase.RUNNING)) {
            return;
        }
        T value;
        try {
            value = work.get();
        } catch (Throwable t) {
            fail(t);
            return;
        }
        T done = value;
        gate.hold(seen, held(() -> reply.complete(done)));
    }

    private CommitLog.Held held(Runnable end) {
        return new CommitLog.Held() {
            @Override
            public void release() {
                phase.set(Phase.DONE);
                end.run();
            }

            @Override
            public void fail(Failure cause) {
                phase.set(Phase.DONE);
                reply.completeExceptionally(cause);
            }
        };
    }

    /**
     * The last line before a COMMIT: from here on the caller can no longer be told that the call
     * was undone.
     */
    void beginCommit() {
        if (!phase.compareAndSet(Phase.RUNNING, Phase.COMMITTING)) {
            throw timeout("undone");
        }
    }

    /** Ends the call for its caller now, whatever the lane is doing. */
    public void abandon() {
        budget.cancel();
        var before = phase.getAndSet(Phase.DONE);
        switch (before) {
            case WAITING -> reply.completeExceptionally(timeout("not executed"));
            case RUNNING -> reply.completeExceptionally(timeout("undone"));
            case COMMITTING ->
                    reply.completeExceptionally(
                            Failure.of(
                                    Reason.OUTCOME_UNKNOWN,
                                    "the deadline passed while the transaction was committed"));
            case DONE -> {}
        }
    }

    /** Refuses the call before it ran. */
    void refuse(Failure failure) {
        phase.set(Phase.DONE);
        reply.completeExceptionally(failure);
    }

    private void fail(Throwable t) {
        // Errors say something too.
        gate.hold(seen, held(() -> reply.completeExceptionally(t)));
        if (t instanceof Error error && !(t instanceof AssertionError)) {
            throw error;
        }
    }

    private static Failure timeout(String what) {
        return Failure.of(
                Reason.STATEMENT_TIMEOUT,
                "the call's deadline passed or it was cancelled; " + what);
    }
}
