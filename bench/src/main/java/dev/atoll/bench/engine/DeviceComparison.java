package dev.atoll.bench.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/**
 * Bytes that the device writes for an insert, folds, trims and checkpoints included: inserts at a
 * fixed rate, in turn into as many instances, and into as many files of SQLite alone. The node's
 * journal has been full once before that. What others write to the device meanwhile counts, too.
 */
final class DeviceComparison implements Comparison {
    private static final long JOURNAL_BYTES_MIN = 64 << 20;
    private static final int SEGMENTS = 16;

    private final Window window;
    private final EnginePlan.Sizes sizes;
    private final BlockDevice device;
    private final EngineNode node;
    private final PlainFiles files;

    DeviceComparison(Path folder, Window window, EnginePlan.Sizes sizes, long journalBytes)
            throws IOException, SQLException {
        this.window = window;
        this.sizes = sizes;
        this.device = BlockDevice.of(folder);
        PlainFiles.make(folder.resolve("sqlite"), sizes.instances());
        this.files = new PlainFiles(folder.resolve("sqlite"), sizes.instances());
        long journalMax = Math.max(JOURNAL_BYTES_MIN, journalBytes);
        this.node =
                EngineNode.start(
                        folder.resolve("node"),
                        sizes.instances(),
                        Map.of(
                                "journal-bytes-max",
                                Long.toString(journalMax),
                                "journal-segment-bytes",
                                Long.toString(journalMax / SEGMENTS)));
    }

    @Override
    public void prepare() throws InterruptedException {
        node.create(sizes.instances());
        node.fillJournal();
    }

    @Override
    public double yardstick() throws IOException, SQLException, InterruptedException {
        long before = device.syncedBytes();
        long inserts =
                files.insertAtRate(window, EngineNode.laneThreads(), sizes.insertsPerSecond());
        return (device.syncedBytes() - before) / (double) inserts;
    }

    @Override
    public double ours() throws IOException, InterruptedException {
        long before = device.syncedBytes();
        long inserts =
                OpenLoop.run(
                                sizes.insertsPerSecond(),
                                window.warmUp().plus(window.duration()),
                                number -> node.insert(EngineNode.key(number % sizes.instances())))
                        .getTotalCount();
        return (device.syncedBytes() - before) / (double) inserts;
    }

    @Override
    public String note() {
        return sizes.insertsPerSecond() + " inserts/s on " + device;
    }

    @Override
    public void close() throws SQLException {
        node.close();
        files.close();
    }
}
