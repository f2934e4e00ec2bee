package dev.atoll.bench.engine;

import dev.atoll.bench.Folders;
import dev.atoll.bench.engine.RecoveryProcess.Task;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A node that is killed while many instances are open, all of whose commits are in the journal
 * alone, and started again; beside SQLite alone, whose files are opened after a kill, each with as
 * many commits in its WAL. Times are counted from the start of the process.
 */
final class RecoveryComparison implements Comparison {
    private static final int FIRST_CALLS = 200;
    private static final double READY_SECONDS_MAX = 3;
    private static final double CALL_SECONDS_MAX = 1;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Path folder;
    private final EnginePlan.Crash wanted;
    private final int callers;
    private final int count;
    private final List<Double> ready = new ArrayList<>();
    private final List<Double> slowestCalls = new ArrayList<>();
    private int made;
    private Path node;
    private boolean isKilled;
    private int insertsEach;

    RecoveryComparison(Path folder, EnginePlan.Crash wanted, int callers) {
        this.folder = folder;
        this.wanted = wanted;
        this.callers = callers;
        this.count = EngineNode.openable(wanted.instances());
        this.node = folder;
    }

    @Override
    public void prepare() throws IOException {
        killNode();
    }

    /** Makes a node, and kills it. */
    private void killNode() throws IOException {
        node = folder.resolve("node-" + made++);
        try (var filling =
                new Running(
                        Task.FILL_NODE,
                        node,
                        count,
                        Long.toString(wanted.journalBytes()),
                        Integer.toString(callers))) {
            insertsEach = (int) filling.await(RecoveryProcess.FILLED);
        }
        isKilled = true;
    }

    @Override
    public double ours() throws IOException {
        if (!isKilled) {
            killNode();
        }
        isKilled = false;
        try (var running = new Running(Task.START_NODE, node, count, String.valueOf(FIRST_CALLS))) {
            running.await(RecoveryProcess.READY);
            ready.add(running.seconds());
            slowestCalls.add(running.await(RecoveryProcess.CALLED) / NANOS_PER_SECOND);
            running.await(RecoveryProcess.DONE);
            return running.seconds();
        } finally {
            Folders.delete(node);
        }
    }

    @Override
    public double yardstick() throws IOException {
        var files = folder.resolve("sqlite-" + made++);
        // Those that are closed recover on the spot: only as many as can be open can be killed.
        int most = PlainFiles.openable();
        for (int from = 0; from < count; from += most) {
            try (var filling =
                    new Running(
                            Task.FILL_FILES,
                            files,
                            Math.min(count, from + most),
                            Integer.toString(from),
                            Integer.toString(insertsEach))) {
                filling.await(RecoveryProcess.FILLED);
            }
        }
        try (var running =
                new Running(
                        Task.OPEN_FILES, files, count, String.valueOf(EngineNode.laneThreads()))) {
            running.await(RecoveryProcess.DONE);
            return running.seconds();
        } finally {
            Folders.delete(files);
        }
    }

    @Override
    public List<RowResult.Other> others() {
        return List.of(
                other("ready, s", ready, READY_SECONDS_MAX),
                other(
                        "slowest of " + FIRST_CALLS + " first calls, s",
                        slowestCalls,
                        CALL_SECONDS_MAX));
    }

    private static RowResult.Other other(String what, List<Double> found, double most) {
        return new RowResult.Other(
                what, RowResult.median(found.stream().mapToDouble(Double::doubleValue)), most);
    }

    @Override
    public String note() {
        return String.format(
                Locale.ROOT,
                "%,d instances%s, %,d inserts each, %.2f GiB of journal",
                count,
                count < wanted.instances() ? " (for want of file descriptors)" : "",
                insertsEach,
                wanted.journalBytes() / (double) (1 << 30));
    }

    @Override
    public void close() {
        // No process outlives its figure.
    }

    /** A process that says how far it is; closing kills it. */
    private static final class Running implements AutoCloseable {
        private final Task task;
        private final long started = System.nanoTime();
        private final Process process;
        private final BufferedReader said;

        Running(Task task, Path folder, int count, String... more) throws IOException {
            this.task = task;
            var arguments = new ArrayList<>(List.of(task.name(), folder.toString()));
            arguments.add(Integer.toString(count));
            arguments.addAll(List.of(more));
            this.process =
                    ChildProcess.start(RecoveryProcess.class, arguments.toArray(String[]::new));
            this.said = process.inputReader(StandardCharsets.UTF_8);
        }

        /** Waits until it says so; the number that it says. */
        long await(String what) throws IOException {
            for (var line = said.readLine(); line != null; line = said.readLine()) {
                if (line.startsWith(what)) {
                    return Long.parseLong(line.substring(what.length()).strip());
                }
            }
            throw new IOException(task + ": the process ended (expected: " + what.strip() + ")");
        }

        /** Since it was started. */
        double seconds() {
            return (System.nanoTime() - started) / NANOS_PER_SECOND;
        }

        /** By SIGKILL: it has no chance to end anything. */
        @Override
        public void close() {
            process.destroyForcibly();
            var _ = process.onExit().join();
        }
    }
}
