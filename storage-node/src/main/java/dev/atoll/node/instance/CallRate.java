package dev.atoll.node.instance;

import java.time.Duration;

/**
 * How many calls an instance takes a second: a bucket that holds one second's, is full at first,
 * and fills up again as time goes by. It has no task of its own, and is forgotten with the instance
 * that goes to sleep. Of the instance's lane.
 */
final class CallRate {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** When the bucket would be full again, if nobody called. */
    private long fullNanos;

    private boolean used;

    /** Takes a call out of it, and gives 0; or takes none, and gives how long to wait for one. */
    long take(int perSecond, long nowNanos) {
        long missing = used ? Math.max(0, fullNanos - nowNanos) : 0;
        long after = missing + SECOND / perSecond;
        if (after > SECOND) {
            return after - SECOND;
        }
        used = true;
        fullNanos = nowNanos + after;
        return 0;
    }
}
