package dev.atoll.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells threads that wait in between their work to stop, and wakes them. It is given once, and
 * never taken back. Thread-safe.
 */
public final class StopSignal {
    private final CountDownLatch given = new CountDownLatch(1);

    public void give() {
        given.countDown();
    }

    public boolean isGiven() {
        return given.getCount() == 0;
    }

    /** Waits for it, that long at the most; whether it is given. */
    public boolean isGivenWithin(Duration time) {
        try {
            return given.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // Nobody interrupts these threads: they are stopped by this.
            throw new IllegalStateException(
                    Thread.currentThread().getName() + ": interrupted while it waited", e);
        }
    }
}
