package dev.atoll.bench.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Calls at a fixed rate, whether or not those before were answered; each is timed from the moment
 * it was due, so that what stalls shows in all that was due meanwhile. Thread-safe.
 */
final class OpenLoop {
    private static final int DIGITS = 3;
    private static final long LATENCY_MAX_NANOS = Duration.ofHours(1).toNanos();

    private final Recorder latencies = new Recorder(LATENCY_MAX_NANOS, DIGITS);
    private final Phaser underWay = new Phaser(1);
    private volatile @Nullable Throwable failure;

    private OpenLoop() {}

    /**
     * Calls for that long, and waits for the replies; the nanoseconds they took.
     *
     * @param call is told its number, from 0
     */
    static Histogram run(
            int perSecond, Duration duration, LongFunction<CompletableFuture<?>> call) {
        return new OpenLoop().measure(perSecond, duration, call);
    }

    private Histogram measure(
            int perSecond, Duration duration, LongFunction<CompletableFuture<?>> call) {
        var pace = Pace.of(perSecond);
        long count = Math.max(1, duration.toMillis() * perSecond / 1_000);
        for (long number = 0; number < count && failure == null; number++) {
            pace.waitFor(number);
            long due = pace.dueNanos(number);
            underWay.register();
            var _ = call.apply(number).whenComplete((value, error) -> replied(due, error));
        }
        underWay.arriveAndAwaitAdvance();
        var failed = failure;
        if (failed != null) {
            throw new IllegalStateException("a call failed: " + failed.getMessage(), failed);
        }
        return latencies.getIntervalHistogram();
    }

    private void replied(long due, @Nullable Throwable error) {
        if (error == null) {
            latencies.recordValue(Math.clamp(System.nanoTime() - due, 0, LATENCY_MAX_NANOS));
        } else {
            failure = error;
        }
        underWay.arriveAndDeregister();
    }
}
