package dev.atoll.node.instance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that lanes take their turns on. Thread-safe.
 *
 * <p>There are as many threads as asked for, and one more for each that has been busy with one task
 * for long, up to a limit: so slow queries in a few instances do not stop the others. Whoever
 * became idle last is woken first: its memory is still in the processor's caches, and threads that
 * are not needed any more stay idle until they end. Platform threads, because SQLite's native calls
 * would hold the carrier of a virtual one.
 */
final class LanePool implements AutoCloseable {
    /** A task that runs longer does not count as one of the pool's own threads. */
    private static final Duration LONG_TASK = Duration.ofMillis(20);

    private static final Duration CHECK_EVERY = Duration.ofMillis(10);

    /** How long a thread more than asked for stays when it is not needed. */
    static final Duration EXTRA_THREAD_IDLE = Duration.ofSeconds(10);

    /** An interrupted statement needs this long to notice; beyond it a task is stuck. */
    private static final Duration INTERRUPTION_GRACE = Duration.ofMillis(250);

    private final int threadsCore;
    private final int threadsMax;
    private final long extraIdleNanos;
    private final LongSupplier ticker;
    private final ScheduledThreadPoolExecutor timer;
    private final Deadlines deadlines = new Deadlines();
    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();

    @GuardedBy("this")
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();

    // A stack.
    @GuardedBy("this")
    private final ArrayDeque<Worker> idle = new ArrayDeque<>();

    // No longer idle, and not running yet.
    @GuardedBy("this")
    private @Nullable Worker waking;

    // Lanes that a thread took and has not put down: no longer ready, perhaps not busy yet.
    @GuardedBy("this")
    private int turns;

    @GuardedBy("this")
    private int threadsStarted;

    @GuardedBy("this")
    private boolean closed;

    LanePool(int threadsCore, int threadsMax, Duration extraIdle, LongSupplier ticker) {
        this.threadsCore = threadsCore;
        this.threadsMax = threadsMax;
        this.extraIdleNanos = extraIdle.toNanos();
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
    void submit(Lane lane) {
        Worker woken;
        synchronized (this) {
            ready.add(lane);
            woken = chooseToWake();
            int free = idle.size() + (waking == null ? 0 : 1);
            if (ready.size() > free && workers.size() < threadsCore) {
                startWorker();
            }
        }
        wake(woken);
    }

    /**
     * One at a time: it wakes the next if there is more to do than it can take. Tasks are short,
     * and to wake every thread for a burst of them costs more than the tasks.
     */
    @GuardedBy("this")
    private @Nullable Worker chooseToWake() {
        if (waking != null) {
            return null;
        }
        waking = idle.pollFirst();
        return waking;
    }

    /** Outside the lock, which the woken thread takes at once. */
    private static void wake(@Nullable Worker worker) {
        if (worker != null) {
            LockSupport.unpark(worker.thread);
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
    synchronized boolean drain(Duration most) {
        long end = nanoTime() + most.toNanos();
        try {
            while (!ready.isEmpty() || turns > 0) {
                if (nanoTime() - end >= 0) {
                    return false;
                }
                wait(CHECK_EVERY.toMillis());
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        deadlines.close();
        synchronized (this) {
            closed = true;
            idle.forEach(LanePool::wake);
        }
    }

    private void growIfBlocked() {
        long longAgo = nanoTime() - LONG_TASK.toNanos();
        long busyForLong = workers.stream().filter(worker -> worker.isBusySince(longAgo)).count();
        synchronized (this) {
            if (!ready.isEmpty()
                    && idle.isEmpty()
                    && waking == null
                    && workers.size() - busyForLong < threadsCore
                    && workers.size() < threadsMax) {
                startWorker();
            }
        }
    }

    @GuardedBy("this")
    private void startWorker() {
        var worker = new Worker(threadsStarted++);
        workers.add(worker);
        worker.thread.start();
    }

    /** One thread of the pool. */
    final class Worker implements Runnable {
        private volatile @Nullable Call<?> current;
        private volatile long sinceNanos;
        private final Thread thread;

        @GuardedBy("LanePool.this")
        private boolean isIdle;

        // Of its own thread.
        private boolean ended;

        Worker(int number) {
            this.thread = Thread.ofPlatform().daemon().name("lane-" + number).unstarted(this);
        }

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

        /** The next lane; puts the one before it down, if there was one. Null: it may end. */
        private @Nullable Lane take(boolean putsDown) {
            var lane = poll(putsDown, false);
            if (lane != null) {
                return lane;
            }
            long end = System.nanoTime() + extraIdleNanos;
            while (lane == null && !ended) {
                long left = end - System.nanoTime();
                LockSupport.parkNanos(LanePool.this, left > 0 ? left : extraIdleNanos);
                lane = poll(false, System.nanoTime() - end >= 0);
            }
            return lane;
        }

        /** Takes a lane if one is ready; otherwise it is idle, or has ended. */
        private @Nullable Lane poll(boolean putsDown, boolean wasIdleForLong) {
            Lane lane;
            Worker woken = null;
            synchronized (LanePool.this) {
                if (putsDown) {
                    turns--;
                }
                leaveIdle();
                lane = ready.poll();
                if (lane != null) {
                    turns++;
                    woken = ready.isEmpty() ? null : chooseToWake();
                } else if (closed || (wasIdleForLong && workers.size() > threadsCore)) {
                    ended = true;
                } else {
                    idle.addFirst(this);
                    isIdle = true;
                }
            }
            wake(woken);
            return lane;
        }

        @GuardedBy("LanePool.this")
        private void leaveIdle() {
            if (waking == this) {
                waking = null;
            } else if (isIdle) {
                idle.remove(this);
            }
            isIdle = false;
        }
    }
}
