package dev.atoll.bench.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * The 99th percentile of inserts into the instances in use, while all others are brought to another
 * schema in the background and while none is.
 */
final class MigrateComparison implements Comparison {
    private static final String FLEET = "fleet";
    private static final String ROW =
            "INSERT INTO t (id, \"createdAt\", \"updatedAt\", f0) VALUES ('1', 0, 0, 'text')";

    /** The calls of a pass are made in parts of that length, until the pass has ended. */
    private static final Duration PART = Duration.ofSeconds(1);

    private static final double NANOS_PER_MICRO = 1e3;
    private static final double SECOND_NANOS = 1e9;

    private final Window window;
    private final EnginePlan.Sizes sizes;
    private final EngineNode node;
    private final List<Double> rates = new ArrayList<>();

    /** How many fields the table has by now. */
    private int fields = 1;

    MigrateComparison(Path folder, Window window, EnginePlan.Sizes sizes) throws IOException {
        this.window = window;
        this.sizes = sizes;
        this.node = EngineNode.start(folder.resolve("node"), 2 * sizes.instances(), Map.of());
    }

    @Override
    public void prepare() throws IOException, InterruptedException {
        node.apply(file());
        node.create(FLEET, sizes.sleeping(), ROW);
        node.create(sizes.instances());
        BlockDevice.sync();
    }

    @Override
    public double yardstick() {
        var _ = insertFor(window.warmUp());
        return p99(insertFor(window.duration()));
    }

    @Override
    public double ours() {
        var _ = insertFor(window.warmUp());
        long before = node.migrated();
        long start = System.nanoTime();
        fields++;
        node.apply(file());
        var all = insertFor(PART);
        while (node.migrated() - before < sizes.sleeping()) {
            all.add(insertFor(PART));
        }
        rates.add(sizes.sleeping() * SECOND_NANOS / (System.nanoTime() - start));
        return p99(all);
    }

    /** One field more each time. */
    private String file() {
        var declared = new StringBuilder();
        for (int i = 0; i < fields; i++) {
            declared.append(i == 0 ? "" : ", ").append("f").append(i).append(": { type: text }");
        }
        return "databases: { bench: { dynamic: true, sql: true }, "
                + FLEET
                + ": { dynamic: true, tables: { t: { fields: { "
                + declared
                + " } } } } }";
    }

    private Histogram insertFor(Duration duration) {
        return OpenLoop.run(
                sizes.insertsPerSecond(),
                duration,
                number -> node.insert(EngineNode.key(number % sizes.instances())));
    }

    private static double p99(Histogram latencies) {
        return latencies.getValueAtPercentile(99) / NANOS_PER_MICRO;
    }

    @Override
    public String note() {
        return String.format(
                Locale.ROOT,
                "%.0f instances/s migrated",
                RowResult.median(rates.stream().mapToDouble(rate -> rate)));
    }

    @Override
    public void close() {
        node.close();
    }
}
