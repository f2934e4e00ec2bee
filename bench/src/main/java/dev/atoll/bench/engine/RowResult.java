package dev.atoll.bench.engine;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What was found for one row. Immutable.
 *
 * @param row what was measured
 * @param rounds in their order
 * @param note what else there is to know; empty if nothing
 */
public record RowResult(EngineRow row, List<Round> rounds, String note) {
    public RowResult {
        rounds = List.copyOf(rounds);
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException(row.label() + ": no rounds (expected: at least 1)");
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
        return row.target().isReached(ours(), ratio());
    }

    private double median(ToDoubleFunction<Round> figure) {
        var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
