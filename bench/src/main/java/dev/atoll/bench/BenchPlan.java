package dev.atoll.bench;

import java.time.Duration;

/**
 * What a run does. Immutable.
 *
 * @param namespace that the run makes its instances in, and deletes them from
 * @param load how many call, and how much
 * @param mix what they call
 */
public record BenchPlan(String namespace, Load load, Mix mix) {
    /** What {@code ./atoll bench} does unless told otherwise. */
    public static BenchPlan standard() {
        return new BenchPlan("bench", Load.standard(), Mix.standard());
    }

    public BenchPlan withNamespace(String name) {
        return new BenchPlan(name, load, mix);
    }

    public BenchPlan withLoad(Load other) {
        return new BenchPlan(namespace, other, mix);
    }

    public BenchPlan withMix(Mix other) {
        return new BenchPlan(namespace, load, other);
    }

    /**
     * How many call, and how much. Immutable.
     *
     * @param instances that are called, each as often as any other
     * @param callers at once; each waits for a reply before it calls again
     * @param warmUp that is not measured
     * @param duration that is measured
     * @param callsPerSecond of all callers together; 0 for as many as they can
     */
    public record Load(
            int instances, int callers, Duration warmUp, Duration duration, long callsPerSecond) {
        /** A connection carries them all, each on a stream of its own. */
        private static final int CALLERS_MAX = 10_000;

        private static final int INSTANCES_MAX = 1_000_000;

        /** So much that one machine cannot ask for it; keeps the schedule from overflowing. */
        private static final long CALLS_PER_SECOND_MAX = 10_000_000;

        public Load {
            check("instances", instances, 1, INSTANCES_MAX);
            check("callers", callers, 1, CALLERS_MAX);
            check("calls per second", callsPerSecond, 0, CALLS_PER_SECOND_MAX);
            check("warm-up seconds", warmUp.toSeconds(), 0, Duration.ofDays(1).toSeconds());
            check("duration milliseconds", duration.toMillis(), 1, Duration.ofDays(7).toMillis());
        }

        /** 100 instances, 16 callers as fast as they can, for ten seconds after three. */
        public static Load standard() {
            return new Load(100, 16, Duration.ofSeconds(3), Duration.ofSeconds(10), 0);
        }
    }

    /**
     * What is called. Immutable.
     *
     * @param readShare of the calls that read a row by its key, from 0 to 1; the others write one
     * @param rows in each instance; filled before the run
     * @param valueBytes in a row
     */
    public record Mix(double readShare, int rows, int valueBytes) {
        /** Filled in one transaction, which is limited in operations and bytes. */
        private static final int ROWS_MAX = 5_000;

        private static final int INSTANCE_BYTES_MAX = 2 << 20;

        public Mix {
            if (!(readShare >= 0 && readShare <= 1)) {
                throw new IllegalArgumentException(
                        "read share: " + readShare + " (expected: 0 to 1)");
            }
            check("rows", rows, 1, ROWS_MAX);
            check("value bytes", valueBytes, 0, INSTANCE_BYTES_MAX / rows);
        }

        /** Four reads to one write, of 100 bytes among 100 rows. */
        public static Mix standard() {
            return new Mix(0.8, 100, 100);
        }
    }

    private static void check(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: " + min + " to " + max + ")");
        }
    }
}
