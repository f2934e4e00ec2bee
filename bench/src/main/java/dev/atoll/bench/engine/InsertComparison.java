package dev.atoll.bench.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/** Durable inserts in turn into as many instances, and into as many files of SQLite alone. */
final class InsertComparison implements Comparison {
    private final Window window;
    private final int instances;
    private final int callers;
    private final EngineNode node;
    private final PlainFiles files;
    private final CpuCost cost = new CpuCost();

    InsertComparison(Path folder, Window window, int instances, int callers)
            throws IOException, SQLException {
        this.window = window;
        this.instances = instances;
        this.callers = callers;
        PlainFiles.make(folder.resolve("sqlite"), instances);
        this.files = new PlainFiles(folder.resolve("sqlite"), instances);
        this.node = EngineNode.start(folder.resolve("node"), instances);
    }

    @Override
    public void prepare() {
        node.create(instances);
    }

    /** One thread a file, up to as many as the engine has. */
    @Override
    public double yardstick() throws SQLException, InterruptedException {
        return cost.yardstick(files.rate(window, EngineNode.laneThreads()));
    }

    @Override
    public double ours() throws InterruptedException {
        return cost.ours(
                ClosedLoop.rate(
                        window,
                        callers,
                        number -> node.insert(EngineNode.key(number % instances))));
    }

    @Override
    public String note() {
        return cost.toString();
    }

    @Override
    public void close() throws SQLException {
        node.close();
        files.close();
    }
}
