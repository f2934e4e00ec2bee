package dev.atoll.bench;

import java.time.Duration;

/**
 * What a run does. Immutable.
 *
 * @param namespace that the run makes its instances in, and deletes them from
 * @param load how many call, and how much
 * @param mix what they call
 * @param form how a call is made
 */
public record BenchPlan(String namespace, Load load, Mix mix, Form form) {
    /** What {@code ./atoll bench} does unless told otherwise. */
    public static BenchPlan standard() {
        return new BenchPlan("bench", Load.standard(), Mix.standard(), Form.CLIENT);
    }

    public BenchPlan withNamespace(String name) {
        return new BenchPlan(name, load, mix, form);
    }

    public BenchPlan withLoad(Load other) {
        return new BenchPlan(namespace, other, mix, form);
    }

    public BenchPlan withMix(Mix other) {
        return new BenchPlan(namespace, load, other, form);
    }

    public BenchPlan withForm(Form other) {
        return new BenchPlan(namespace, load, mix, other);
    }

    /** How a call is made. */
    public enum Form {
        /** By the Java client: on a Pipeline while several are under way; writes exactly once. */
        CLIENT("by the client"),
        /** The same with writes that carry no request id. */
        CLIENT_WITHOUT_REQUEST_IDS("by the client, no request ids"),
        /** As a gRPC call of its own; writes carry no request id. */
        UNARY("unary, no request ids");

        private final String text;

        Form(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
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
     * @param inserts whether those add a row, instead of giving one another value
     * @param rows in each instance; filled before the run
     * @param valueBytes in a row
     */
    public record Mix(double readShare, boolean inserts, int rows, int valueBytes) {
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

        /** Four reads to one update, of 100 bytes among 100 rows. */
        public static Mix standard() {
            return new Mix(0.8, false, 100, 100);
        }
    }

    private static void check(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: " + min + " to " + max + ")");
        }
    }
}
