package dev.atoll.bench.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a run measures. Immutable.
 *
 * @param rows in this order
 * @param effort how long and how often
 * @param sizes of what is measured
 * @param crash what is recovered from
 * @param data a folder on the device to measure; the run makes one of its own in it, and removes it
 */
public record EnginePlan(List<EngineRow> rows, Effort effort, Sizes sizes, Crash crash, Path data) {
    public EnginePlan {
        rows = List.copyOf(rows);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("rows: none (expected: at least one)");
        }
    }

    /** All rows, as the targets are meant. */
    public static EnginePlan standard(Path data) {
        return new EnginePlan(
                Arrays.asList(EngineRow.values()),
                Effort.standard(),
                Sizes.standard(),
                Crash.standard(),
                data);
    }

    public EnginePlan withRows(List<EngineRow> other) {
        return new EnginePlan(other, effort, sizes, crash, data);
    }

    public EnginePlan withEffort(Effort other) {
        return new EnginePlan(rows, other, sizes, crash, data);
    }

    public EnginePlan withSizes(Sizes other) {
        return new EnginePlan(rows, effort, other, crash, data);
    }

    public EnginePlan withCrash(Crash other) {
        return new EnginePlan(rows, effort, sizes, other, data);
    }

    /**
     * How long and how often. Immutable.
     *
     * @param rounds of a yardstick and ours each; the median counts
     * @param duration of each figure, where it is not the row's own
     * @param warmUp before it
     * @param callers that insert at once; each calls again when it has its reply
     */
    public record Effort(int rounds, Optional<Duration> duration, Duration warmUp, int callers) {
        public Effort {
            check("rounds", rounds, 1, 1_000);
            check("callers", callers, 1, 1_000);
            duration.ifPresent(
                    each -> check("duration milliseconds", each.toMillis(), 1, 86_400_000));
            check("warm-up milliseconds", warmUp.toMillis(), 0, 86_400_000);
        }

        /** Three rounds, and 256 callers: as many as a few busy clients have. */
        public static Effort standard() {
            return new Effort(3, Optional.empty(), Duration.ofSeconds(5), 256);
        }

        Duration duration(EngineRow row) {
            return duration.orElse(row.standardDuration());
        }
    }

    /**
     * Sizes of what is measured. Immutable.
     *
     * @param instances where there are many, all of them in use
     * @param sleeping instances of the node of {@link EngineRow#MANY_SLEEPING}, those in use among
     *     them; and that are migrated by {@link EngineRow#MIGRATE}, beside those in use
     * @param open instances open at once
     * @param scanRows rows of the instance that is scanned
     * @param insertsPerSecond where the rate is fixed
     */
    public record Sizes(int instances, int sleeping, int open, int scanRows, int insertsPerSecond) {
        private static final int MOST = 10_000_000;

        public Sizes {
            check("instances", instances, 1, 100_000);
            check("sleeping", sleeping, instances, MOST);
            check("open", open, 1, 1_000_000);
            check("scan rows", scanRows, 1, MOST);
            check("inserts per second", insertsPerSecond, 1, 1_000_000);
        }

        /** What the targets are about. */
        public static Sizes standard() {
            return new Sizes(1_000, 100_000, 10_000, 100_000, 2_000);
        }
    }

    /**
     * What a node has when it is killed. Immutable.
     *
     * @param instances open then, each with commits that are only in the journal
     * @param journalBytes size of the journal
     */
    public record Crash(int instances, long journalBytes) {
        public Crash {
            check("crashed instances", instances, 1, 1_000_000);
            check("journal bytes", journalBytes, 1, 1L << 40);
        }

        /** What the targets are about. */
        public static Crash standard() {
            return new Crash(10_000, 1L << 30);
        }
    }

    private static void check(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: " + min + " to " + max + ")");
        }
    }
}
