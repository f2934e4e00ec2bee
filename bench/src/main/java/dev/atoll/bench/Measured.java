package dev.atoll.bench;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What the callers of a run found. Thread-safe. */
final class Measured {
    /** Stands among the reasons of failures: the rate asked for was more than could be done. */
    static final String NEVER_MADE = "NEVER_MADE";

    private static final int DIGITS = 3;

    /** Longer than any deadline; the histogram clips there. */
    private static final long LATENCY_MAX_NANOS = Duration.ofHours(1).toNanos();

    private final Recorder reads = new Recorder(LATENCY_MAX_NANOS, DIGITS);
    private final Recorder writes = new Recorder(LATENCY_MAX_NANOS, DIGITS);
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final LongAdder calls = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /**
     * A call ended.
     *
     * @param failure its reason; empty if there was none
     * @param counts false while warming up
     */
    void ended(boolean read, String failure, long latencyNanos, boolean counts) {
        calls.increment();
        if (!failure.isEmpty()) {
            failed.increment();
        }
        if (!counts) {
            return;
        }
        if (failure.isEmpty()) {
            (read ? reads : writes).recordValue(Math.min(latencyNanos, LATENCY_MAX_NANOS));
        } else {
            failures.computeIfAbsent(failure, reason -> new LongAdder()).increment();
        }
    }

    /** Calls were due before the end, and the callers too far behind to make them. */
    void neverMade(long count) {
        if (count > 0) {
            failures.computeIfAbsent(NEVER_MADE, reason -> new LongAdder()).add(count);
        }
    }

    BenchProgress progress(Schedule schedule) {
        long now = System.nanoTime();
        var phase =
                schedule.measures(now) || schedule.over(now)
                        ? BenchProgress.Phase.MEASURE
                        : BenchProgress.Phase.WARM_UP;
        return new BenchProgress(phase, schedule.done(now), calls.sum(), failed.sum());
    }

    /** By kind of call. Once, at the end. */
    BenchReport.ByKind latencies(Duration measured) {
        Histogram read = reads.getIntervalHistogram();
        Histogram write = writes.getIntervalHistogram();
        Histogram all = read.copy();
        all.add(write);
        return new BenchReport.ByKind(
                Latencies.of(all, measured),
                Latencies.of(read, measured),
                Latencies.of(write, measured));
    }

    Map<String, Long> failures() {
        var counts = new TreeMap<String, Long>();
        failures.forEach((reason, count) -> counts.put(reason, count.sum()));
        return counts;
    }
}
