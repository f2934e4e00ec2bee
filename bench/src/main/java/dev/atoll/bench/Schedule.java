package dev.atoll.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * When calls are due. With a rate, call number n of caller c is the (n × callers + c)th of all, and
 * they are due at even distances; without one, a call is due when it is made. Immutable.
 */
final class Schedule {
    private final BenchPlan.Load load;
    private final long startNanos;
    private final long measureNanos;
    private final long endNanos;

    /**
     * @param startNanos on {@link System#nanoTime()}
     */
    Schedule(BenchPlan.Load load, long startNanos) {
        this.load = load;
        this.startNanos = startNanos;
        this.measureNanos = startNanos + load.warmUp().toNanos();
        this.endNanos = measureNanos + load.duration().toNanos();
    }

    long dueNanos(int caller, long number) {
        if (load.callsPerSecond() == 0) {
            return System.nanoTime();
        }
        double before = (double) number * load.callers() + caller;
        return startNanos
                + (long) (before * Duration.ofSeconds(1).toNanos() / load.callsPerSecond());
    }

    /** Whether a call due then is after the run. */
    boolean over(long dueNanos) {
        return dueNanos - endNanos >= 0;
    }

    /** Whether a call due then is measured. */
    boolean measures(long dueNanos) {
        return dueNanos - measureNanos >= 0 && !over(dueNanos);
    }

    /** How many calls of that caller, from that number on, are due before the end of the run. */
    long leftOver(int caller, long number) {
        if (load.callsPerSecond() == 0) {
            return 0;
        }
        double all = (endNanos - startNanos) / 1e9 * load.callsPerSecond();
        return Math.max(0, (long) Math.ceil((all - caller) / load.callers()) - number);
    }

    /** Waits until then, or until the thread is interrupted; not at all if that moment is past. */
    void waitUntil(long dueNanos) {
        long left = dueNanos - System.nanoTime();
        while (left > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(left);
            left = dueNanos - System.nanoTime();
        }
    }

    /** How much of the phase at that moment is done, from 0 to 1. */
    double done(long nowNanos) {
        boolean warm = measures(nowNanos) || over(nowNanos);
        double since = warm ? nowNanos - measureNanos : nowNanos - startNanos;
        double whole = warm ? load.duration().toNanos() : load.warmUp().toNanos();
        return Math.clamp(since / whole, 0, 1);
    }
}
