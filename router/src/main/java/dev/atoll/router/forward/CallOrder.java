package dev.atoll.router.forward;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.router.placement.Placement;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sends the calls to an instance in the order in which they began, also while its shard moves.
 * Thread-safe; never blocks.
 *
 * <p>A node that has refused a call with NOT_OWNER refuses all later ones of that instance on the
 * same stream, until one says that it resumes. So from the first refusal on, calls of the instance
 * are held here: those that were under way come back refused, one by one, and are put in their
 * order; once the placement has moved all are sent again, the first one resuming.
 */
final class CallOrder {
    private static final Duration WAIT_FIRST = Duration.ofMillis(10);
    private static final Duration WAIT_MAX = Duration.ofMillis(500);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int DOUBLINGS_MAX = 6;

    private final Placement placement;
    private final NodeLinks links;

    @GuardedBy("this")
    private final Map<InstanceKey, Held> held = new HashMap<>();

    CallOrder(Placement placement, NodeLinks links) {
        this.placement = placement;
        this.links = links;
    }

    /** The calls of one instance that wait for its shard to move. */
    private static final class Held {
        NodeLink link;

        /** How often the newest refused call was refused. */
        int times;

        /** Refused ones, by the order in which they were sent. */
        final TreeMap<Long, InstanceCall> refused = new TreeMap<>();

        /** Those that began after. */
        final ArrayDeque<InstanceCall> later = new ArrayDeque<>();

        Held(NodeLink link) {
            this.link = link;
        }

        /** All of them, in order. */
        List<InstanceCall> take() {
            var calls = new ArrayList<>(refused.values());
            calls.addAll(later);
            refused.clear();
            later.clear();
            return calls;
        }
    }

    /** Sends a call after those that began before. */
    void begin(InstanceCall call) {
        synchronized (this) {
            var waiting = held.get(call.key);
            if (waiting != null) {
                waiting.later.add(call);
                return;
            }
        }
        var _ = send(call, false);
    }

    /**
     * A node did not own the instance of this call, which had that id on that link.
     *
     * @param times how often the call was refused by now
     */
    void refused(InstanceCall call, NodeLink link, long id, int times) {
        synchronized (this) {
            var waiting = held.get(call.key);
            if (waiting != null) {
                waiting.link = link;
                waiting.times = times;
                waiting.refused.put(id, call);
                return;
            }
            waiting = new Held(link);
            waiting.refused.put(id, call);
            held.put(call.key, waiting);
        }
        resumeLater(call.key, wait(times));
    }

    private static Duration wait(int times) {
        var wait = WAIT_FIRST.multipliedBy(1L << Math.min(times - 1, DOUBLINGS_MAX));
        return wait.compareTo(WAIT_MAX) < 0 ? wait : WAIT_MAX;
    }

    private void resumeLater(InstanceKey key, Duration wait) {
        // Bounded: the placement may be ours already, and the node the one that is behind.
        placement.afterMove(placement.view().revision(), wait, () -> resume(key));
    }

    private void resume(InstanceKey key) {
        boolean resumes = true;
        for (var calls = next(key, false); !calls.isEmpty(); calls = next(key, true)) {
            for (var call : calls) {
                if (call.deadlineNanos - System.nanoTime() < WAIT_FIRST.toNanos()) {
                    call.fail(
                            Failure.of(
                                            Reason.NODE_UNAVAILABLE,
                                            "the placement did not move within the deadline")
                                    .retryAfter(RETRY_AFTER));
                } else if (send(call, resumes)) {
                    resumes = false;
                }
            }
        }
    }

    /** What to send next; nothing where there is nothing left, or it has to wait once more. */
    private synchronized List<InstanceCall> next(InstanceKey key, boolean resumed) {
        var waiting = held.get(key);
        if (waiting == null) {
            return List.of();
        }
        if (resumed && !waiting.refused.isEmpty()) {
            // Refused again. What began meanwhile waits with it.
            resumeLater(key, wait(waiting.times));
            return List.of();
        }
        if (!resumed && waiting.link.isWaitingFor(key)) {
            // Some that were sent before are not back yet.
            resumeLater(key, WAIT_FIRST);
            return List.of();
        }
        var calls = waiting.take();
        if (calls.isEmpty()) {
            // From here on calls go their own way again.
            held.remove(key);
        }
        return calls;
    }

    private boolean send(InstanceCall call, boolean resumes) {
        try {
            var owner = placement.view().nodeOf(call.key);
            call.send(owner, links.link(owner, call.key), resumes);
            return true;
        } catch (Failure unavailable) {
            call.fail(unavailable);
            return false;
        }
    }
}
