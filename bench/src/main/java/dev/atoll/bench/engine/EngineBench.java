package dev.atoll.bench.engine;

import dev.atoll.bench.Folders;
import dev.atoll.bench.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.function.Consumer;

/**
 * One run: measures row after row, each in interleaved rounds, so that what else the machine does
 * meets both figures alike. One thread at a time.
 */
public final class EngineBench {
    private final EnginePlan plan;
    private final Consumer<String> progress;

    private EngineBench(EnginePlan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Runs a plan and waits for its end.
     *
     * @param progress told in a line what is done next
     * @throws IOException if a folder or a file cannot be used
     */
    public static EngineReport run(EnginePlan plan, Consumer<String> progress)
            throws IOException, InterruptedException {
        return new EngineBench(plan, progress).run();
    }

    private EngineReport run() throws IOException, InterruptedException {
        var startedAt = Instant.now();
        var results = new ArrayList<RowResult>();
        Files.createDirectories(plan.data());
        for (var row : plan.rows()) {
            var folder = Files.createTempDirectory(plan.data(), "engine-" + row.label() + '-');
            try {
                results.add(measure(row, folder));
            } catch (SQLException e) {
                throw new IOException(row.label() + ": SQLite alone: " + e.getMessage(), e);
            } finally {
                Folders.delete(folder);
            }
        }
        return new EngineReport(plan, startedAt, results, Machine.current());
    }

    private RowResult measure(EngineRow row, Path folder)
            throws IOException, SQLException, InterruptedException {
        progress.accept(row.label() + ": preparing");
        try (var comparison = comparison(row, folder)) {
            comparison.prepare();
            var rounds = new ArrayList<RowResult.Round>();
            for (int i = 1; i <= plan.effort().rounds(); i++) {
                progress.accept(row.label() + ": round " + i + " of " + plan.effort().rounds());
                double yardstick = comparison.yardstick();
                rounds.add(new RowResult.Round(yardstick, comparison.ours()));
            }
            return new RowResult(row, rounds, comparison.note(), comparison.others());
        }
    }

    private Comparison comparison(EngineRow row, Path folder)
            throws IOException, SQLException, InterruptedException {
        var sizes = plan.sizes();
        int callers = plan.effort().callers();
        var window = new Window(plan.effort().warmUp(), plan.effort().duration(row));
        return switch (row) {
            case INSERT_ONE -> new InsertComparison(folder, window, 1, callers);
            case INSERT_MANY -> new InsertComparison(folder, window, sizes.instances(), callers);
            case INSERT_REQUEST_ID -> new RequestIdComparison(folder, window, callers);
            case WAKE -> new WakeComparison(folder, window, sizes.instances());
            case MANY_SLEEPING -> new SleepingComparison(folder, window, sizes, callers);
            case OPEN_MEMORY -> new MemoryComparison(folder, sizes.open());
            case SCAN_NEIGHBOUR -> new ScanComparison(folder, window, sizes);
            case DEVICE_BYTES ->
                    new DeviceComparison(folder, window, sizes, plan.crash().journalBytes());
            case MIGRATE -> new MigrateComparison(folder, window, sizes);
            case RULES -> new RuleComparison(folder, window);
            case RECOVERY -> new RecoveryComparison(folder, plan.crash(), callers);
        };
    }
}
