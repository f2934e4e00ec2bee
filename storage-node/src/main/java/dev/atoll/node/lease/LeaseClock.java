package dev.atoll.node.lease;

import java.time.Duration;

/**
 * How long a lease is good: from the <em>send</em> of the last successful renewal for the TTL less
 * a margin, by the monotonic clock. A jump between that clock and the wall clock (a suspended
 * machine) counts as lost. Thread-safe.
 */
final class LeaseClock {
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final Duration ttl;

    // Replaced whole by the lease thread; never modified.
    private volatile Renewal renewal = new Renewal(0, 0, false);

    private record Renewal(long nanos, long wallMillis, boolean made) {}

    LeaseClock(Duration ttl) {
        this.ttl = ttl;
    }

    /** Notes a renewal that was sent at that time and has succeeded. */
    void renewed(long sentNanos) {
        long ago = System.nanoTime() - sentNanos;
        long wall = System.currentTimeMillis() - Duration.ofNanos(ago).toMillis();
        renewal = new Renewal(sentNanos, wall, true);
    }

    boolean isGood() {
        return !left().isZero();
    }

    Duration left() {
        var last = renewal;
        if (!last.made()) {
            return Duration.ZERO;
        }
        var byMonotonic = Duration.ofNanos(System.nanoTime() - last.nanos());
        var byWall = Duration.ofMillis(System.currentTimeMillis() - last.wallMillis());
        if (byMonotonic.minus(byWall).abs().compareTo(MARGIN) > 0) {
            return Duration.ZERO;
        }
        var left = ttl.minus(MARGIN).minus(byMonotonic);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
