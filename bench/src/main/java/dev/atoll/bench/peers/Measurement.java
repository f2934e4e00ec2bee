package dev.atoll.bench.peers;

/**
 * What one turn found. Immutable.
 *
 * @param perSecond calls answered in a second
 * @param p50Micros half of them took no longer; not a number where the tool does not say
 * @param p99Micros 99 of a hundred took no longer; not a number where the tool does not say
 */
public record Measurement(double perSecond, double p50Micros, double p99Micros) {
    /** Where a tool does not say how long calls took. */
    static final double UNKNOWN = Double.NaN;
}
