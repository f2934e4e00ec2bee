package dev.atoll.bench;

import java.time.Duration;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * How fast calls were answered. Immutable.
 *
 * @param calls that were answered
 * @param callsPerSecond of the time measured
 * @param percentiles of the time from the moment a call was due
 */
public record Latencies(long calls, double callsPerSecond, Percentiles percentiles) {
    static Latencies of(Histogram nanos, Duration measured) {
        return new Latencies(
                nanos.getTotalCount(),
                nanos.getTotalCount() / (measured.toNanos() / 1e9),
                new Percentiles(
                        micros(nanos, 50),
                        micros(nanos, 90),
                        micros(nanos, 99),
                        micros(nanos, 99.9),
                        micros(nanos, 100)));
    }

    /**
     * Percentiles, in microseconds to three digits. Immutable.
     *
     * @param p50 half of the calls took no longer
     * @param p90 nine of ten
     * @param p99 99 of a hundred
     * @param p999 999 of a thousand
     * @param max the slowest
     */
    public record Percentiles(double p50, double p90, double p99, double p999, double max) {}

    String toJson() {
        return String.format(
                Locale.ROOT,
                "{\"calls\": %d, \"callsPerSecond\": %.1f, \"latencyMicros\": {\"p50\": %.1f,"
                        + " \"p90\": %.1f, \"p99\": %.1f, \"p99.9\": %.1f, \"max\": %.1f}}",
                calls,
                callsPerSecond,
                percentiles.p50,
                percentiles.p90,
                percentiles.p99,
                percentiles.p999,
                percentiles.max);
    }

    private static double micros(Histogram nanos, double percentile) {
        return nanos.getTotalCount() == 0 ? 0 : nanos.getValueAtPercentile(percentile) / 1e3;
    }
}
