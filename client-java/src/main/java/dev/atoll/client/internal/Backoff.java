package dev.atoll.client.internal;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait between the attempts of a call: doubling from the first delay to the longest,
 * each made shorter by up to half at random, so that clients that failed together do not come back
 * together. Immutable.
 *
 * @param attemptsMax how often a call is sent at most
 * @param delayFirst before the second attempt
 * @param delayMax the longest
 */
public record Backoff(int attemptsMax, Duration delayFirst, Duration delayMax) {
    /** Doubling more often than this would overflow; the longest delay is reached long before. */
    private static final int DOUBLINGS_MAX = 30;

    /** The wait after that many attempts; never shorter than what the server asked for. */
    long delayNanos(int attempts, Duration asked, RandomGenerator random) {
        double whole =
                Math.min(
                        (double) delayMax.toNanos(),
                        (double) delayFirst.toNanos()
                                * (1L << Math.min(attempts - 1, DOUBLINGS_MAX)));
        long delay = (long) (whole * (0.5 + random.nextDouble() / 2));
        // On top of what the server asked for, so that those it told the same spread too.
        return asked.isZero() ? delay : asked.toNanos() + delay / 4;
    }
}
