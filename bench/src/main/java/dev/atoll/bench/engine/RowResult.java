package dev.atoll.bench.engine;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * What was found for one row. Immutable.
 *
 * @param row what was measured
 * @param rounds in their order
 * @param note what else there is to know; empty if nothing
 * @param others what else was measured, and has to be so
 */
public record RowResult(EngineRow row, List<Round> rounds, String note, List<Other> others) {
    public RowResult {
        rounds = List.copyOf(rounds);
        others = List.copyOf(others);
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException(row.label() + ": no rounds (expected: at least 1)");
        }
    }

    /**
     * A figure of ours beside the row's own. Immutable.
     *
     * @param what was measured, and its unit
     * @param found of all rounds the median
     * @param most it is to be at most
     */
    public record Other(String what, double found, double most) {
        boolean isReached() {
            return found <= most;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s: %.2f (<= %.0f)", what, found, most);
        }
    }

    /** Both figures of one round. Immutable. */
    public record Round(double yardstick, double ours) {}

    /** The median of our figures. */
    public double ours() {
        return median(Round::ours);
    }

    /** The median of the yardstick's. */
    public double yardstick() {
        return median(Round::yardstick);
    }

    public double ratio() {
        return ours() / yardstick();
    }

    public boolean isReached() {
        return row.target().isReached(ours(), ratio())
                && others.stream().allMatch(Other::isReached);
    }

    private double median(ToDoubleFunction<Round> figure) {
        return median(rounds.stream().mapToDouble(figure));
    }

    static double median(DoubleStream figures) {
        var sorted = figures.sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
