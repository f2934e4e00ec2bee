package dev.atoll.node.lease;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * How long a lease is good: from the <em>send</em> of the last successful renewal for the TTL less
 * a margin, by the monotonic clock. A jump between that clock and the wall clock (a suspended
 * machine) counts as lost. Thread-safe.
 */
public final class LeaseClock {
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final Duration ttl;
    private final LongSupplier ticker;
    private final InstantSource clock;

    // Replaced whole by the lease thread; never modified.
    private volatile Renewal renewal = new Renewal(0, 0, false);

    private record Renewal(long nanos, long wallMillis, boolean made) {}

    public LeaseClock(Duration ttl, LongSupplier ticker, InstantSource clock) {
        this.ttl = ttl;
        this.ticker = ticker;
        this.clock = clock;
    }

    /** Notes a renewal that was sent at that time and has succeeded. */
    public void renewed(long sentNanos) {
        long ago = ticker.getAsLong() - sentNanos;
        long wall = clock.millis() - Duration.ofNanos(ago).toMillis();
        renewal = new Renewal(sentNanos, wall, true);
    }

    public boolean isGood() {
        return !left().isZero();
    }

    public Duration left() {
        var last = renewal;
        if (!last.made()) {
            return Duration.ZERO;
        }
        var byMonotonic = Duration.ofNanos(ticker.getAsLong() - last.nanos());
        var byWall = Duration.ofMillis(clock.millis() - last.wallMillis());
        if (byMonotonic.minus(byWall).abs().compareTo(MARGIN) > 0) {
            return Duration.ZERO;
        }
        var left = ttl.minus(MARGIN).minus(byMonotonic);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
