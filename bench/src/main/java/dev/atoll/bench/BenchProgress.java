package dev.atoll.bench;

/**
 * How far a run is. Immutable.
 *
 * @param phase what it does now
 * @param done how much of the phase, from 0 to 1
 * @param calls in this phase so far
 * @param failures among them
 */
public record BenchProgress(Phase phase, double done, long calls, long failures) {
    /** What a run does, in this order. */
    public enum Phase {
        /** Makes and fills the instances. */
        FILL,
        /** Calls, and measures nothing. */
        WARM_UP,
        /** Calls, and measures. */
        MEASURE,
        /** Deletes the instances. */
        CLEAN_UP
    }
}
