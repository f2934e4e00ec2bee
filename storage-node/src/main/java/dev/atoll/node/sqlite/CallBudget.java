package dev.atoll.node.sqlite;

import java.util.function.LongSupplier;

/**
 * How long a call may still run: until its deadline, or until it is cancelled. Thread-safe.
 *
 * <p>SQLite asks it every thousand steps of a statement.
 */
public final class CallBudget {
    private final long deadlineNanos;
    private final LongSupplier ticker;
    private volatile boolean cancelled;

    /** Ends at {@code deadlineNanos} of the ticker, such as {@code System::nanoTime}. */
    public CallBudget(long deadlineNanos, LongSupplier ticker) {
        this.deadlineNanos = deadlineNanos;
        this.ticker = ticker;
    }

    /** The clock that it goes by. */
    LongSupplier ticker() {
        return ticker;
    }

    /** Ends the call: the statement that runs, or the next one, is interrupted. */
    public void cancel() {
        cancelled = true;
    }

    public boolean cancelled() {
        return cancelled;
    }

    /** Whether the call must not go on. */
    public boolean spent() {
        return cancelled || deadlineNanos - ticker.getAsLong() <= 0;
    }
}
