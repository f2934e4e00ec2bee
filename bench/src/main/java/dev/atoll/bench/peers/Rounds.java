package dev.atoll.bench.peers;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The turns of one series, in order. Immutable.
 *
 * @param turns at least one
 */
public record Rounds(List<Measurement> turns) {
    public Rounds {
        turns = List.copyOf(turns);
        if (turns.isEmpty()) {
            throw new IllegalArgumentException("turns: none (expected: at least one)");
        }
    }

    /** The median of each figure by itself. */
    public Measurement median() {
        return new Measurement(
                median(Measurement::perSecond),
                median(Measurement::p50Micros),
                median(Measurement::p99Micros));
    }

    private double median(ToDoubleFunction<Measurement> figure) {
        var sorted = turns.stream().mapToDouble(figure).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
