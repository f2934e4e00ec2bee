package dev.atoll.client;

import dev.atoll.client.internal.Backoff;
import java.time.Duration;

/**
 * How often and how fast a call is repeated within its deadline. Immutable.
 *
 * <p>It never says <em>what</em> is repeated: only calls that were certainly not executed, reads
 * whose outcome is unknown, and writes whose outcome is unknown, which carry a request id. The wait
 * doubles each time and is shortened at random by up to half; where the server says how long to
 * wait, that is the least.
 *
 * @param attemptsMax how often a call is sent at most; 1 for no repetition
 * @param delayFirst before the first repetition
 * @param delayMax the longest wait
 */
public record RetryPolicy(int attemptsMax, Duration delayFirst, Duration delayMax) {
    public RetryPolicy {
        if (attemptsMax < 1) {
            throw new IllegalArgumentException("attemptsMax: " + attemptsMax + " (expected: >= 1)");
        }
        if (delayFirst.isNegative() || delayMax.compareTo(delayFirst) < 0) {
            throw new IllegalArgumentException(
                    "delays: " + delayFirst + ", " + delayMax + " (expected: 0 <= first <= max)");
        }
    }

    /** Ten attempts, 50 ms apart at first, two seconds at most: some ten seconds of patience. */
    public static RetryPolicy standard() {
        return new RetryPolicy(10, Duration.ofMillis(50), Duration.ofSeconds(2));
    }

    /** Every call is sent once. */
    public static RetryPolicy never() {
        return new RetryPolicy(1, Duration.ZERO, Duration.ZERO);
    }

    Backoff backoff() {
        return new Backoff(attemptsMax, delayFirst, delayMax);
    }
}
