package dev.atoll.bench.engine;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Even distances from now on. Immutable.
 *
 * @param startNanos of the first, on {@link System#nanoTime()}
 * @param perSecond how many; 0 for no distance at all
 */
record Pace(long startNanos, long perSecond) {
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    static Pace of(long perSecond) {
        return new Pace(System.nanoTime(), perSecond);
    }

    static Pace asFastAsPossible() {
        return new Pace(0, 0);
    }

    /** When the one of that number is due, counted from 0. */
    long dueNanos(long number) {
        return perSecond == 0 ? System.nanoTime() : startNanos + number * SECOND_NANOS / perSecond;
    }

    /** Waits until it is due, unless that moment is past. */
    void waitFor(long number) {
        long due = dueNanos(number);
        for (long left = due - System.nanoTime();
                left > 0 && !Thread.currentThread().isInterrupted();
                left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
