package dev.atoll.bench.engine;

import java.io.IOException;
import java.nio.file.Path;

/** Inserts into a thousand instances, on a node with very many others and on one without. */
final class SleepingComparison implements Comparison {
    private final Window window;
    private final int hot;
    private final int sleeping;
    private final int callers;
    private final EngineNode few;
    private final EngineNode many;
    private final CpuCost cost = new CpuCost();

    SleepingComparison(Path folder, Window window, EnginePlan.Sizes sizes, int callers)
            throws IOException {
        this.window = window;
        this.hot = sizes.instances();
        this.sleeping = sizes.sleeping();
        this.callers = callers;
        this.few = EngineNode.start(folder.resolve("few"), hot);
        this.many = EngineNode.start(folder.resolve("many"), hot);
    }

    @Override
    public void prepare() throws IOException, InterruptedException {
        few.create(hot);
        many.create(sleeping);
        // Else the system would write so many new files back while inserts are measured.
        BlockDevice.sync();
    }

    @Override
    public double yardstick() throws InterruptedException {
        return cost.yardstick(rate(few));
    }

    @Override
    public double ours() throws InterruptedException {
        return cost.ours(rate(many));
    }

    private Window.Rate rate(EngineNode node) throws InterruptedException {
        return ClosedLoop.rate(
                window, callers, number -> node.insert(EngineNode.key(number % hot)));
    }

    @Override
    public String note() {
        return cost.toString();
    }

    @Override
    public void close() {
        few.close();
        many.close();
    }
}
