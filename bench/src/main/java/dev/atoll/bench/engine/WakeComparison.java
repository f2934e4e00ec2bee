package dev.atoll.bench.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * The median time from a call to a sleeping instance until its first row, one call after the other,
 * and of SQLite alone for open, read a row, close.
 */
final class WakeComparison implements Comparison {
    private static final int DIGITS = 3;
    private static final double NANOS_PER_MICRO = 1e3;

    private final Path folder;
    private final Window window;
    private final int instances;

    WakeComparison(Path folder, Window window, int instances) {
        this.folder = folder;
        this.window = window;
        this.instances = instances;
    }

    @Override
    public void prepare() throws IOException, SQLException {
        PlainFiles.make(sqlite(), instances);
        try (var node = start()) {
            node.create(instances);
        }
    }

    @Override
    public double yardstick() throws SQLException {
        var times = new Histogram(DIGITS);
        long end = System.nanoTime() + time().toNanos();
        do {
            for (int i = 0; i < instances && (i == 0 || System.nanoTime() - end < 0); i++) {
                long start = System.nanoTime();
                try (var connection = PlainFiles.connect(PlainFiles.file(sqlite(), i))) {
                    PlainFiles.readFirstRow(connection);
                }
                times.recordValue(System.nanoTime() - start);
            }
        } while (System.nanoTime() - end < 0);
        return times.getValueAtPercentile(50) / NANOS_PER_MICRO;
    }

    @Override
    public double ours() throws IOException {
        var times = new Histogram(DIGITS);
        long end = System.nanoTime() + time().toNanos();
        do {
            // All sleep when a node starts.
            try (var node = start()) {
                for (int i = 0; i < instances && (i == 0 || System.nanoTime() - end < 0); i++) {
                    long start = System.nanoTime();
                    node.readFirstRow(EngineNode.key(i)).join();
                    times.recordValue(System.nanoTime() - start);
                }
            }
        } while (System.nanoTime() - end < 0);
        return times.getValueAtPercentile(50) / NANOS_PER_MICRO;
    }

    private Duration time() {
        return window.warmUp().plus(window.duration());
    }

    private EngineNode start() throws IOException {
        return EngineNode.start(folder.resolve("node"), instances);
    }

    private Path sqlite() {
        return folder.resolve("sqlite");
    }

    @Override
    public void close() {
        // Nothing stays open between figures.
    }
}
