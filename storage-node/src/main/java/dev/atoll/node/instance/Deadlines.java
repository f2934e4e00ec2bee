package dev.atoll.node.instance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls for their callers at their deadlines, even if their threads do not come back.
 * Thread-safe; one thread at a time sweeps, at short intervals.
 *
 * <p>Almost all calls end long before. So a call that comes is only put on a stack, and is looked
 * at with the next sweep: a timer for each would cost more than the rest of its way to the lane.
 */
final class Deadlines {
    /** The newest call that came since the last sweep; each knows the one before it. */
    private final AtomicReference<@Nullable Call<?>> arrived = new AtomicReference<>();

    /** Those that were not done at the last sweep; of the thread that sweeps. */
    private final List<Call<?>> waiting = new ArrayList<>();

    private volatile boolean closed;

    /** Watches over a call until it is done. */
    void add(Call<?> call) {
        Call<?> before;
        do {
            before = arrived.get();
            call.arrivedBefore = before;
        } while (!arrived.compareAndSet(before, call));
        if (closed) {
            // Nobody sweeps any more.
            call.abandon();
        }
    }

    /**
     * Abandons the calls whose deadline has passed at that time, and forgets those that are done.
     */
    void sweep(long nowNanos) {
        var call = arrived.getAndSet(null);
        while (call != null) {
            if (!call.isDone()) {
                waiting.add(call);
            }
            var before = call.arrivedBefore;
            // Else those that live would hold those that are done.
            call.arrivedBefore = null;
            call = before;
        }
        waiting.removeIf(
                one -> {
                    if (!one.isDone() && one.isPastDeadline(nowNanos)) {
                        one.abandon();
                    }
                    return one.isDone();
                });
    }

    /** From now on a call that comes is abandoned at once. */
    void close() {
        closed = true;
    }
}
