package dev.atoll.router.limit;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory of replies that clients have asked for and do not read. Thread-safe.
 *
 * <p>Streamed replies do not count: they have flow control of their own.
 */
public final class RepliesWaiting {
    private static final Duration RETRY_AFTER = Duration.ofMillis(250);

    private final AtomicLong now = new AtomicLong();
    private final long max;

    /** Counts up to {@code max} bytes. */
    public RepliesWaiting(long max, MeterRegistry registry) {
        this.max = max;
        Gauge.builder("atoll.router.replies.waiting", now, AtomicLong::get)
                .description("Size of the replies that clients have not read yet")
                .baseUnit("bytes")
                .register(registry);
    }

    /** Throws OVERLOADED if so much waits that no call should begin. */
    public void check() {
        if (now.get() >= max) {
            throw Failure.of(
                            Reason.OVERLOADED,
                            "replies that clients have not read: "
                                    + max
                                    + " bytes (expected: fewer than replies-waiting-max); not"
                                    + " executed")
                    .with("limit", "replies-waiting-max")
                    .with("value", Long.toString(max))
                    .retryAfter(RETRY_AFTER);
        }
    }

    /** Counts a reply until it is released; throws OUTCOME_UNKNOWN if it would be too much. */
    public void hold(long bytes) {
        if (now.addAndGet(bytes) > max) {
            now.addAndGet(-bytes);
            // Executed, but there is no room for its reply: a Query may be repeated later.
            throw Failure.of(
                            Reason.OUTCOME_UNKNOWN,
                            "replies that clients have not read: "
                                    + max
                                    + " bytes; this one was dropped")
                    .with("limit", "replies-waiting-max")
                    .with("value", Long.toString(max));
        }
    }

    /** Clients have read so many bytes, or have gone. */
    public void release(long bytes) {
        now.addAndGet(-bytes);
    }
}
