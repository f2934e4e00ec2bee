package dev.atoll.bench.engine;

import dev.atoll.wire.InstanceKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The 99th percentile of inserts into other instances, while one scans and while none does. */
final class ScanComparison implements Comparison {
    private static final int NEIGHBOURS_MAX = 100;
    private static final double NANOS_PER_MICRO = 1e3;

    private final Window window;
    private final EnginePlan.Sizes sizes;
    private final int neighbours;
    private final InstanceKey scanned;
    private final EngineNode node;

    ScanComparison(Path folder, Window window, EnginePlan.Sizes sizes) throws IOException {
        this.window = window;
        this.sizes = sizes;
        this.neighbours = Math.min(NEIGHBOURS_MAX, sizes.instances());
        this.scanned = EngineNode.key(neighbours);
        this.node = EngineNode.start(folder.resolve("node"), neighbours + 1);
    }

    @Override
    public void prepare() {
        node.create(neighbours + 1L);
        node.fill(scanned, sizes.scanRows());
    }

    @Override
    public double yardstick() {
        return slowest();
    }

    @Override
    public double ours() {
        // A little longer than the calls, so that none is without.
        var whole = window.warmUp().plus(window.duration()).plus(Duration.ofMillis(500));
        var scan = node.scan(scanned, whole);
        double found = slowest();
        if (scan.isDone()) {
            throw new IllegalStateException("the scan ended before the calls did");
        }
        scan.join();
        return found;
    }

    private double slowest() {
        insertFor(window.warmUp());
        return insertFor(window.duration());
    }

    private double insertFor(Duration duration) {
        return OpenLoop.run(
                                sizes.insertsPerSecond(),
                                duration,
                                number -> node.insert(EngineNode.key(number % neighbours)))
                        .getValueAtPercentile(99)
                / NANOS_PER_MICRO;
    }

    @Override
    public void close() {
        node.close();
    }
}
