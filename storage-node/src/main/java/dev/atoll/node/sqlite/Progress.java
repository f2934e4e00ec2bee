package dev.atoll.node.sqlite;

import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;

/**
 * Counts the steps of SQLite's virtual machine, and stops the statement when the call's budget, or
 * the time of its operation, is spent. One thread at a time.
 */
final class Progress extends ProgressHandler {
    static final int STEPS = 1_000;

    private @Nullable CallBudget budget;
    private @Nullable StatementTime time;
    private long steps;

    /** Starts to count for a call. */
    void begin(CallBudget ofCall) {
        budget = ofCall;
        time = null;
        steps = 0;
    }

    /** Stops each operation of the call at that time, too. */
    void limit(StatementTime ofCall) {
        time = ofCall;
    }

    /** Null where nothing was said of it. */
    @Nullable StatementTime time() {
        return time;
    }

    /** What runs from now on is the node's own, and not to be stopped. */
    void end() {
        budget = null;
        time = null;
    }

    long steps() {
        return steps;
    }

    @Override
    protected int progress() {
        steps += STEPS;
        return (budget != null && budget.spent()) || (time != null && time.isOver()) ? 1 : 0;
    }
}
