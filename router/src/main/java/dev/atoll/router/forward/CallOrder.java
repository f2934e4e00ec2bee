package dev.atoll.router.forward;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.router.placement.Placement;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
        final NodeLink link;

        /** Refused ones, by the order in which they were sent. */
        final TreeMap<Long, InstanceCall> refused = new TreeMap<>();

        /** Those that began after. */
        final ArrayDeque<InstanceCall> later = new ArrayDeque<>();

        Held(NodeLink link) {
            this.link = link;
        }

        @Nullable InstanceCall next() {
            var first = refused.pollFirstEntry();
            return first == null ? later.poll() : first.getValue();
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
        Held waiting;
        synchronized (this) {
            waiting = held.get(key);
        }
        if (waiting == null) {
            return;
        }
        if (waiting.link.isWaitingFor(key)) {
            // Some that were sent before are not back yet.
            resumeLater(key, WAIT_FIRST);
            return;
        }
        boolean resumes = true;
        for (var call = next(key, waiting); call != null; call = next(key, waiting)) {
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

    /** Those that begin meanwhile come last; when there is none left, they go their own way. */
    private synchronized @Nullable InstanceCall next(InstanceKey key, Held waiting) {
        var next = waiting.next();
        if (next == null) {
            held.remove(key, waiting);
        }
        return next;
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
