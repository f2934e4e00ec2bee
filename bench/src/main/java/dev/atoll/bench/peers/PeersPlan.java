package dev.atoll.bench.peers;

import dev.atoll.bench.BenchPlan;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How the comparison is made. Immutable.
 *
 * @param load of a turn: how many instances and callers, and for how long
 * @param rounds of a turn each
 * @param series what is measured, where it is installed; at least one
 */
public record PeersPlan(BenchPlan.Load load, int rounds, Set<Series> series) {
    /** Each instance has so many rows at first. */
    static final int ROWS = 100;

    /** Of a row. */
    static final int VALUE_BYTES = 100;

    private static final int ROUNDS_MAX = 100;

    public PeersPlan {
        series = Set.copyOf(series);
        if (rounds < 1 || rounds > ROUNDS_MAX) {
            throw new IllegalArgumentException(
                    "rounds: " + rounds + " (expected: 1 to " + ROUNDS_MAX + ")");
        }
    }

    /** Whether any of these are measured. */
    boolean wants(Set<Series> some) {
        return !Collections.disjoint(series, some);
    }

    /**
     * 1,000 instances, 64 callers, three turns of five seconds each after thirty of warming up:
     * three JVMs that share two cores are still compiling after ten.
     */
    public static PeersPlan standard() {
        return new PeersPlan(
                new BenchPlan.Load(1_000, 64, Duration.ofSeconds(30), Duration.ofSeconds(5), 0),
                3,
                EnumSet.allOf(Series.class));
    }
}
