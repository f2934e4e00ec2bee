package dev.atoll.router.limit;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the calls in flight and refuses one too many, at once. Thread-safe. */
public final class CallsInFlight {
    private static final Duration RETRY_AFTER = Duration.ofMillis(250);

    private final AtomicInteger now = new AtomicInteger();
    private final int max;
    // Made once: under overload, refusing has to cost next to nothing.
    private final Failure overloaded;

    /** Counts up to {@code max}. */
    public CallsInFlight(int max, MeterRegistry registry) {
        this.max = max;
        this.overloaded =
                Failure.of(
                                Reason.OVERLOADED,
                                "this router has "
                                        + max
                                        + " calls in flight (expected: fewer than"
                                        + " calls-in-flight-max)")
                        .with("limit", "calls-in-flight-max")
                        .with("value", Integer.toString(max))
                        .retryAfter(RETRY_AFTER);
        Gauge.builder("atoll.router.calls.in.flight", now, AtomicInteger::get)
                .description("Calls of clients that have begun and not ended")
                .register(registry);
        Gauge.builder("atoll.router.calls.in.flight.max", () -> max)
                .description("The most calls this router takes on at once")
                .register(registry);
    }

    /** Counts one more, to be left later; throws OVERLOADED if there are too many. */
    public void enter() {
        if (now.incrementAndGet() > max) {
            now.decrementAndGet();
            throw overloaded;
        }
    }

    /** One has ended. */
    public void leave() {
        now.decrementAndGet();
    }
}
