package dev.atoll.bench.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * What one of many open instances adds to the memory of a process, and one of as many connections
 * of SQLite alone. Each figure has a process of its own.
 */
final class MemoryComparison implements Comparison {
    private final Path folder;
    private final int wanted;
    private final int ours;
    private final int yardsticks;

    MemoryComparison(Path folder, int wanted) {
        this.folder = folder;
        this.wanted = wanted;
        this.ours = EngineNode.openable(wanted);
        this.yardsticks = Math.min(wanted, PlainFiles.openable());
    }

    @Override
    public void prepare() throws IOException, SQLException {
        PlainFiles.make(sqlite(), yardsticks);
        // Few at a time: it is the other process that has them all open.
        try (var node = EngineNode.start(node(), Math.min(ours, 1_000))) {
            node.create(ours);
        }
    }

    @Override
    public double yardstick() throws IOException, InterruptedException {
        return kibibytesEach(OpenProcess.Kind.SQLITE, sqlite(), yardsticks);
    }

    @Override
    public double ours() throws IOException, InterruptedException {
        return kibibytesEach(OpenProcess.Kind.ENGINE, node(), ours);
    }

    @Override
    public String note() {
        return ours
                + " open, the yardstick's "
                + yardsticks
                + (yardsticks < wanted ? ", for want of file descriptors" : "");
    }

    private double kibibytesEach(OpenProcess.Kind kind, Path data, int count)
            throws IOException, InterruptedException {
        var process =
                ChildProcess.start(
                        OpenProcess.class, kind.name(), data.toString(), Integer.toString(count));
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        var last = said.strip().substring(said.strip().lastIndexOf('\n') + 1);
        if (code != 0 || !last.startsWith(OpenProcess.ANSWER)) {
            throw new IOException(
                    "the process that opens instances ended with " + code + ": " + said);
        }
        return Double.parseDouble(last.substring(OpenProcess.ANSWER.length())) / count;
    }

    private Path sqlite() {
        return folder.resolve("sqlite");
    }

    private Path node() {
        return folder.resolve("node");
    }

    @Override
    public void close() {
        // Nothing stays open between figures.
    }
}
