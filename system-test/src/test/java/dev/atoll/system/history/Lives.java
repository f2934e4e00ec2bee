package dev.atoll.system.history;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts the lives of a server that is killed and started again. Thread-safe. */
public final class Lives {
    /** Whoever failed for another reason than a kill tries again after this. */
    private static final Duration PAUSE_MAX = Duration.ofMillis(300);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private int number = 1;

    private volatile boolean over;

    /** Which life it is. */
    int number() {
        lock.lock();
        try {
            return number;
        } finally {
            lock.unlock();
        }
    }

    /** A new one has begun. */
    public void next() {
        lock.lock();
        try {
            number++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** It is the last one: clients finish what they have begun. */
    public void end() {
        over = true;
        next();
    }

    boolean isOver() {
        return over;
    }

    /** Waits, not for long, until that life is not the current one any more. */
    void awaitAfter(int life) {
        long left = PAUSE_MAX.toNanos();
        lock.lock();
        try {
            while (number == life && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            lock.unlock();
        }
    }
}
