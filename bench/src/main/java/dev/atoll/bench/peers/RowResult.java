package dev.atoll.bench.peers;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What a row came to. Immutable.
 *
 * @param row which
 * @param ours the turns of Atoll
 * @param yardstick the turns of what it is compared with
 */
public record RowResult(Row row, Rounds ours, Rounds yardstick) {
    private static final double MICROS_PER_MILLI = 1e3;

    /** The figures that are compared: calls in a second, or microseconds. */
    ToDoubleFunction<Measurement> figure() {
        return switch (row.goal()) {
            case Goal.Times(_, _) -> Measurement::perSecond;
            case Goal.MoreMicros(_) -> Measurement::p50Micros;
        };
    }

    /** What {@link #figure()} counts. */
    public String unit() {
        return switch (row.goal()) {
            case Goal.Times(_, _) -> "calls/s";
            case Goal.MoreMicros(_) -> "µs";
        };
    }

    /** Ours, of all turns. */
    public double oursMedian() {
        return figure().applyAsDouble(ours.median());
    }

    /** The yardstick's, of all turns. */
    public double yardstickMedian() {
        return figure().applyAsDouble(yardstick.median());
    }

    /** Ours by the yardstick's. */
    public double ratio() {
        return oursMedian() / yardstickMedian();
    }

    /** Of ours. */
    public double p99Millis() {
        return ours.median().p99Micros() / MICROS_PER_MILLI;
    }

    /** Whether it is what was wanted. */
    public boolean reached() {
        return switch (row.goal()) {
            case Goal.Times(var times, var p99Millis) ->
                    ratio() >= times && p99Millis() <= p99Millis;
            case Goal.MoreMicros(var micros) -> oursMedian() - yardstickMedian() <= micros;
        };
    }

    /** What was wanted, for people. */
    public String target() {
        return switch (row.goal()) {
            case Goal.Times(var times, var p99Millis) ->
                    Double.isInfinite(p99Millis)
                            ? "≥ %s×".formatted(plain(times))
                            : "≥ %s×, p99 ≤ %s ms".formatted(plain(times), plain(p99Millis));
            case Goal.MoreMicros(var micros) -> "≤ %s µs more".formatted(plain(micros));
        };
    }

    /** How the two compare, for people. */
    public String comparison() {
        return switch (row.goal()) {
            case Goal.Times(_, _) -> String.format(Locale.ROOT, "%.2f×", ratio());
            case Goal.MoreMicros(_) ->
                    String.format(Locale.ROOT, "%+.0f µs", oursMedian() - yardstickMedian());
        };
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
