package dev.atoll.router.placement;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, with a limit. */
public final class Eventually {
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private Eventually() {}

    public static void holds(Duration within, BooleanSupplier condition) {
        long end = System.nanoTime() + within.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not hold within " + within);
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }
}
