package dev.atoll.bench.engine;

import dev.atoll.bench.engine.Window.Rate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What the calls of all rounds cost the processors: less than their rate does it depend on what
 * else the machine does. One thread at a time.
 */
final class CpuCost {
    private final List<Rate> yardsticks = new ArrayList<>();
    private final List<Rate> ours = new ArrayList<>();

    /** Notes a yardstick's; gives its rate. */
    double yardstick(Rate rate) {
        yardsticks.add(rate);
        return rate.perSecond();
    }

    /** Notes one of ours; gives its rate. */
    double ours(Rate rate) {
        ours.add(rate);
        return rate.perSecond();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "CPU an insert: %.0f us, the yardstick's: %.0f us",
                least(ours),
                least(yardsticks));
    }

    private static double least(List<Rate> rates) {
        return rates.stream()
                .map(Rate::cpuMicros)
                .min(Comparator.naturalOrder())
                .orElse(Double.NaN);
    }
}
