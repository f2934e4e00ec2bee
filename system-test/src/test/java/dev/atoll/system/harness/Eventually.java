package dev.atoll.system.harness;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition with a deadline; the only way a system test waits. Immutable. */
public final class Eventually {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private Eventually() {}

    /** Returns when the condition holds; fails, naming it, when it does not in time. */
    public static void await(String what, Duration atMost, BooleanSupplier condition) {
        awaitValue(
                what,
                atMost,
                () -> condition.getAsBoolean() ? Optional.of(what) : Optional.empty());
    }

    /** Returns the value as soon as there is one; fails, naming it, when there is none in time. */
    public static <T> T awaitValue(String what, Duration atMost, Supplier<Optional<T>> supplier) {
        long end = System.nanoTime() + atMost.toNanos();
        while (true) {
            var value = supplier.get();
            if (value.isPresent()) {
                return value.get();
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(what + ": not within " + atMost);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    /** Holds the condition to be true again and again until the time is over. */
    public static void holds(String what, Duration during, BooleanSupplier condition) {
        long end = System.nanoTime() + during.toNanos();
        while (System.nanoTime() - end < 0) {
            if (!condition.getAsBoolean()) {
                throw new AssertionError(what + ": did not hold throughout " + during);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }
}
