package dev.atoll.node.instance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that lanes take their turns on. Thread-safe.
 *
 * <p>There are as many threads as asked for, and one more for each that has been busy with one task
 * for long, up to a limit: so slow queries in a few instances do not stop the others. Platform
 * threads, because SQLite's native calls would hold the carrier of a virtual one.
 */
final class LanePool implements AutoCloseable {
    /** A task that runs longer does not count as one of the pool's own threads. */
    private static final Duration LONG_TASK = Duration.ofMillis(20);

    private static final Duration CHECK_EVERY = Duration.ofMillis(10);
    private static final Duration EXTRA_THREAD_IDLE = Duration.ofSeconds(10);

    /** An interrupted statement needs this long to notice; beyond it a task is stuck. */
    private static final Duration INTERRUPTION_GRACE = Duration.ofMillis(250);

    private final int threadsCore;
    private final int threadsMax;
    private final LongSupplier ticker;
    private final ScheduledThreadPoolExecutor timer;
    private final Deadlines deadlines = new Deadlines();
    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();

    @GuardedBy("this")
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();

    @GuardedBy("this")
    private int idle;

    // Notified, and not running yet.
    @GuardedBy("this")
    private int waking;

    // Lanes that a thread took and has not put down: no longer ready, perhaps not busy yet.
    @GuardedBy("this")
    private int turns;

    @GuardedBy("this")
    private int threadsStarted;

    @GuardedBy("this")
    private boolean closed;

    LanePool(int threadsCore, int threadsMax, LongSupplier ticker) {
        this.threadsCore = threadsCore;
        this.threadsMax = threadsMax;
        this.ticker = ticker;
        this.timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("lane-timer-", 0).factory());
    }

    void start() {
        var _ =
                timer.scheduleWithFixedDelay(
                        this::check,
                        CHECK_EVERY.toMillis(),
                        CHECK_EVERY.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    long nanoTime() {
        return ticker.getAsLong();
    }

    /** Ends the call for its caller at the deadline, even if its thread does not come back. */
    void abandonAtDeadline(Call<?> call) {
        deadlines.add(call);
    }

    private void check() {
        growIfBlocked();
        deadlines.sweep(nanoTime() - INTERRUPTION_GRACE.toNanos());
    }

    /** Gives the lane a turn when its time comes. */
    synchronized void submit(Lane lane) {
        ready.add(lane);
        wakeOne();
        // Threads that were notified count as idle until they run.
        if (ready.size() > idle && workers.size() < threadsCore) {
            startWorker();
        }
    }

    /**
     * One at a time: it wakes the next if there is more to do than it can take. Tasks are short,
     * and to wake every thread for a burst of them costs more than the tasks.
     */
    @GuardedBy("this")
    private void wakeOne() {
        if (waking == 0 && idle > 0) {
            waking = 1;
            notify();
        }
    }

    /** Lanes that wait for a thread. */
    synchronized int waitingLanes() {
        return ready.size();
    }

    /** Lanes that are running a task. */
    int runningLanes() {
        return (int) workers.stream().filter(Worker::isBusy).count();
    }

    /** Lanes whose task goes on past its deadline: a native call that cannot be interrupted. */
    int stuckLanes() {
        long now = nanoTime() - INTERRUPTION_GRACE.toNanos();
        return (int) workers.stream().filter(worker -> worker.isStuck(now)).count();
    }

    int threads() {
        return workers.size();
    }

    /** Lets the lanes that have work finish it, for as long as is given, and ends the threads. */
    boolean drain(Duration most) {
        long end = nanoTime() + most.toNanos();
        boolean drained = true;
        synchronized (this) {
            while (drained && (!ready.isEmpty() || turns > 0)) {
                try {
                    wait(CHECK_EVERY.toMillis());
                    // It may have been meant for a worker.
                    notify();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
                drained = end - nanoTime() > 0;
            }
        }
        return drained;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        deadlines.close();
        synchronized (this) {
            closed = true;
            notifyAll();
        }
    }

    private void growIfBlocked() {
        long longAgo = nanoTime() - LONG_TASK.toNanos();
        long busyForLong = workers.stream().filter(worker -> worker.isBusySince(longAgo)).count();
        synchronized (this) {
            if (!ready.isEmpty()
                    && idle == 0
                    && workers.size() - busyForLong < threadsCore
                    && workers.size() < threadsMax) {
                startWorker();
            }
        }
    }

    @GuardedBy("this")
    private void startWorker() {
        var worker = new Worker();
        workers.add(worker);
        Thread.ofPlatform().daemon().name("lane-" + threadsStarted++).start(worker);
    }

    /** One thread of the pool. */
    final class Worker implements Runnable {
        private volatile @Nullable Call<?> current;
        private volatile long sinceNanos;

        @Override
        public void run() {
            boolean holds = false;
            try {
                var lane = take(false);
                while (lane != null) {
                    holds = true;
                    lane.runTurn(this);
                    holds = false;
                    lane = take(true);
                }
            } finally {
                if (holds) {
                    putDown();
                }
                workers.remove(this);
            }
        }

        void begin(Call<?> call, long nowNanos) {
            sinceNanos = nowNanos;
            current = call;
        }

        void end() {
            current = null;
        }

        boolean isBusy() {
            return current != null;
        }

        boolean isBusySince(long nanos) {
            return current != null && sinceNanos - nanos < 0;
        }

        boolean isStuck(long nowNanos) {
            var call = current;
            return call != null && call.isPastDeadline(nowNanos);
        }

        private void putDown() {
            synchronized (LanePool.this) {
                turns--;
            }
        }

        /** The next lane; puts the one before it down, if there was one. */
        private @Nullable Lane take(boolean putsDown) {
            synchronized (LanePool.this) {
                if (putsDown) {
                    turns--;
                }
                if (ready.isEmpty() && !await()) {
                    return null;
                }
                turns++;
                var lane = ready.poll();
                if (!ready.isEmpty()) {
                    wakeOne();
                }
                return lane;
            }
        }

        /** Waits for a lane; false if the thread is not needed any more. */
        @GuardedBy("LanePool.this")
        private boolean await() {
            long end = nanoTime() + EXTRA_THREAD_IDLE.toNanos();
            idle++;
            try {
                while (ready.isEmpty()) {
                    boolean extra = workers.size() > threadsCore && end - nanoTime() <= 0;
                    if (closed || extra) {
                        return false;
                    }
                    LanePool.this.wait(EXTRA_THREAD_IDLE.toMillis());
                    waking = 0;
                }
                return true;
            } catch (InterruptedException e) {
                throw new IllegalStateException("a lane's thread was interrupted", e);
            } finally {
                idle--;
            }
        }
    }
}
