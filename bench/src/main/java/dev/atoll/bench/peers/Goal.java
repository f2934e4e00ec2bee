package dev.atoll.bench.peers;

import com.google.errorprone.annotations.Immutable;

/** What a row of the comparison should reach. */
@Immutable
public sealed interface Goal {
    /**
     * So many times the calls of the yardstick in a second, and no slower than that at the 99th
     * percentile.
     *
     * @param times at least
     * @param p99Millis at most; infinite where it does not count
     */
    record Times(double times, double p99Millis) implements Goal {}

    /**
     * So much more time than the yardstick at the median.
     *
     * @param micros at most
     */
    record MoreMicros(double micros) implements Goal {}
}
