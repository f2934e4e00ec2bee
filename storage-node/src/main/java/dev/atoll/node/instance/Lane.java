package dev.atoll.node.instance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of one instance one at a time, in submission order, on a shared pool. Thread-safe.
 *
 * <p>A lane that runs a turn, and one that waits for a turn, are both <em>scheduled</em>; only the
 * thread that set that flag touches the instance.
 */
final class Lane {
    /** A turn ends after this long, so that a hot instance cannot starve the rest. */
    private static final long TURN_NANOS = 5_000_000;

    private final LanePool pool;
    private final int queueMax;
    private final Owner owner;

    @GuardedBy("this")
    private final ArrayDeque<Call<?>> queue = new ArrayDeque<>(2);

    @GuardedBy("this")
    private boolean scheduled;

    @GuardedBy("this")
    private boolean retired;

    Lane(LanePool pool, int queueMax, Owner owner) {
        this.pool = pool;
        this.queueMax = queueMax;
        this.owner = owner;
    }

    /** Whose lane it is. */
    interface Owner {
        /** Whether the lane is to stay although it has nothing to do. Asked in the lane. */
        boolean keepsLane();

        /** The lane has ended. */
        void laneEnded();
    }

    /** What became of an offered task. */
    enum Offer {
        ACCEPTED,
        FULL,
        /** The lane has ended; its instance has another one by now. */
        RETIRED
    }

    /** Queues a task behind those that wait. */
    Offer offer(Call<?> call) {
        boolean wake;
        synchronized (this) {
            if (retired) {
                return Offer.RETIRED;
            }
            if (queue.size() >= queueMax) {
                queue.removeIf(Call::isDone);
                if (queue.size() >= queueMax) {
                    return Offer.FULL;
                }
            }
            queue.add(call);
            wake = !scheduled;
            scheduled = true;
        }
        if (wake) {
            pool.submit(this);
        }
        return Offer.ACCEPTED;
    }

    /** Runs the task here and now as a turn of the lane, if the lane has nothing to do. */
    boolean tryRunNow(Runnable task) {
        synchronized (this) {
            if (scheduled || retired) {
                return false;
            }
            scheduled = true;
        }
        try {
            task.run();
        } finally {
            endTurn();
        }
        return true;
    }

    synchronized int waiting() {
        return queue.size();
    }

    /** One turn, on a thread of the pool. */
    void runTurn(LanePool.Worker worker) {
        long start = pool.nanoTime();
        long now = start;
        try {
            Call<?> call = poll();
            while (call != null) {
                worker.begin(call, now);
                try {
                    call.run(now);
                } finally {
                    worker.end();
                }
                now = pool.nanoTime();
                call = now - start < TURN_NANOS ? poll() : null;
            }
        } finally {
            endTurn();
        }
    }

    private void endTurn() {
        boolean ended;
        synchronized (this) {
            scheduled = !queue.isEmpty();
            retired = !scheduled && !owner.keepsLane();
            if (!scheduled && !retired) {
                return;
            }
            ended = retired;
        }
        if (ended) {
            owner.laneEnded();
        } else {
            pool.submit(this);
        }
    }

    private synchronized @Nullable Call<?> poll() {
        return queue.poll();
    }
}
