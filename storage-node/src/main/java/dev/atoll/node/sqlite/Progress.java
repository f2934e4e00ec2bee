package dev.atoll.node.sqlite;

import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;

/**
 * Counts the steps of SQLite's virtual machine, and stops the statement when the call's budget is
 * spent. One thread at a time.
 */
final class Progress extends ProgressHandler {
    static final int STEPS = 1_000;

    private @Nullable CallBudget budget;
    private long steps;

    /** Starts to count for a call. */
    void begin(CallBudget ofCall) {
        budget = ofCall;
        steps = 0;
    }

    /** What runs from now on is the node's own, and not to be stopped. */
    void end() {
        budget = null;
    }

    long steps() {
        return steps;
    }

    @Override
    protected int progress() {
        steps += STEPS;
        return budget != null && budget.spent() ? 1 : 0;
    }
}
