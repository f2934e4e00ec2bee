package dev.atoll.node.journal;

import java.time.Duration;

/** Waits for threads of this package, whatever becomes of the waiting one. Stateless. */
final class Uninterruptibly {
    private Uninterruptibly() {}

    /** Waits until the thread has ended, that long at most; leaves an interrupt as it was. */
    static void join(Thread thread, Duration max) {
        long end = System.nanoTime() + max.toNanos();
        boolean interrupted = false;
        while (thread.isAlive() && System.nanoTime() < end) {
            try {
                thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
