package dev.atoll.cli.bench;

import dev.atoll.bench.engine.EngineBench;
import dev.atoll.bench.engine.EnginePlan;
import dev.atoll.bench.engine.EnginePlan.Crash;
import dev.atoll.bench.engine.EnginePlan.Effort;
import dev.atoll.bench.engine.EnginePlan.Sizes;
import dev.atoll.bench.engine.EngineRow;
import dev.atoll.cli.credentials.DataFolder;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the node's engine in this process, and prints each figure beside its yardstick. */
@Command(
        name = "engine",
        description = {
            "Measure the node's engine in this process, each figure beside its yardstick.",
            "docs/benchmarks.md says what the rows mean.",
            "",
            "  ./atoll bench engine --only insert-one,wake --rounds 5 --seconds 10"
        })
final class EngineCommand implements Callable<Integer> {
    private static final int MEBI_BITS = 20;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description = "Rows to measure, with commas between; all if not given")
    private List<String> only = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description =
                    "Rounds of yardstick and ours each; the median counts (default: ${DEFAULT-VALUE})")
    private int rounds = Effort.standard().rounds();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description =
                    "Measured time of each figure (default: 5; 10 for scan-neighbour and migrate, 60 for device-bytes)")
    private @Nullable Double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Time before that (default: ${DEFAULT-VALUE})")
    private double warmUp = Effort.standard().warmUp().toSeconds();

    @Option(
            names = "--callers",
            paramLabel = "N",
            description = "Inserts under way at once (default: ${DEFAULT-VALUE})")
    private int callers = Effort.standard().callers();

    @Option(
            names = "--instances",
            paramLabel = "N",
            description = "Instances in use where there are many (default: ${DEFAULT-VALUE})")
    private int instances = Sizes.standard().instances();

    @Option(
            names = "--sleeping",
            paramLabel = "N",
            description =
                    "Instances of the node of many-sleeping, and that migrate migrates (default: ${DEFAULT-VALUE})")
    private int sleeping = Sizes.standard().sleeping();

    @Option(
            names = "--open",
            paramLabel = "N",
            description = "Open instances of open-memory (default: ${DEFAULT-VALUE})")
    private int open = Sizes.standard().open();

    @Option(
            names = "--scan-rows",
            paramLabel = "N",
            description = "Rows of the instance that is scanned (default: ${DEFAULT-VALUE})")
    private int scanRows = Sizes.standard().scanRows();

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Inserts per second of scan-neighbour, migrate and device-bytes (default: ${DEFAULT-VALUE})")
    private int rate = Sizes.standard().insertsPerSecond();

    @Option(
            names = "--crashed",
            paramLabel = "N",
            description =
                    "Open instances of the node that recovery kills (default: ${DEFAULT-VALUE})")
    private int crashed = Crash.standard().instances();

    @Option(
            names = "--journal-mib",
            paramLabel = "N",
            description = "MiB of journal that it has then (default: ${DEFAULT-VALUE})")
    private long journalMebibytes = Crash.standard().journalBytes() >> MEBI_BITS;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "A folder on the device to measure; what is made in it is removed (default: beside the data of dev)")
    private @Nullable Path data;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write JSON to that file, too; - for JSON instead of the table")
    private @Nullable String json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var commandLine = Objects.requireNonNull(spec).commandLine();
        var err = commandLine.getErr();
        var report =
                EngineBench.run(
                        plan(),
                        line -> {
                            err.println(line);
                            err.flush();
                        });
        boolean instead = "-".equals(json);
        commandLine.getOut().println(instead ? report.toJson() : report.toTable());
        commandLine.getOut().flush();
        if (json != null && !instead) {
            Files.writeString(Path.of(json), report.toJson() + "\n");
        }
        return ExitCode.OK.number();
    }

    private EnginePlan plan() {
        try {
            return EnginePlan.standard(folder())
                    .withRows(only.isEmpty() ? Arrays.asList(EngineRow.values()) : rows())
                    .withEffort(
                            new Effort(
                                    rounds,
                                    Optional.ofNullable(seconds).map(EngineCommand::duration),
                                    duration(warmUp),
                                    callers))
                    .withCrash(new Crash(crashed, journalMebibytes << MEBI_BITS))
                    .withSizes(
                            new Sizes(
                                    instances,
                                    Math.max(instances, sleeping),
                                    open,
                                    scanRows,
                                    rate));
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private Path folder() {
        return data == null ? DataFolder.byDefault().resolveSibling("bench") : data;
    }

    private List<EngineRow> rows() {
        return only.stream()
                .map(
                        label ->
                                EngineRow.find(label)
                                        .orElseThrow(
                                                () ->
                                                        new IllegalArgumentException(
                                                                "--only: '"
                                                                        + label
                                                                        + "' (expected: of "
                                                                        + labels()
                                                                        + ")")))
                .toList();
    }

    private static String labels() {
        return Arrays.stream(EngineRow.values())
                .map(EngineRow::label)
                .collect(Collectors.joining(", "));
    }

    private static Duration duration(double asked) {
        return Duration.ofMillis(Math.round(asked * 1_000));
    }
}
