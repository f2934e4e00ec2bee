package dev.atoll.bench.engine;

import java.io.IOException;
import java.nio.file.Path;

/** Inserts into one instance that are remembered by request_id, and such that are not. */
final class RequestIdComparison implements Comparison {
    private final Window window;
    private final int callers;
    private final EngineNode node;
    private final CpuCost cost = new CpuCost();

    RequestIdComparison(Path folder, Window window, int callers) throws IOException {
        this.window = window;
        this.callers = callers;
        this.node = EngineNode.start(folder.resolve("node"), 2);
    }

    @Override
    public void prepare() {
        node.create(2);
    }

    @Override
    public double yardstick() throws InterruptedException {
        return cost.yardstick(
                ClosedLoop.rate(window, callers, number -> node.insert(EngineNode.key(0))));
    }

    @Override
    public double ours() throws InterruptedException {
        return cost.ours(
                ClosedLoop.rate(window, callers, number -> node.insertOnce(EngineNode.key(1))));
    }

    @Override
    public String note() {
        return cost.toString();
    }

    @Override
    public void close() {
        node.close();
    }
}
