package dev.atoll.cli.bench;

import dev.atoll.bench.BenchPlan;
import dev.atoll.bench.ResultsFile;
import dev.atoll.bench.peers.AtollCommand;
import dev.atoll.bench.peers.Comparison;
import dev.atoll.bench.peers.PeersPlan;
import dev.atoll.bench.peers.PeersReport;
import dev.atoll.bench.peers.ReportText;
import dev.atoll.bench.peers.Series;
import dev.atoll.bench.peers.WorkFolder;
import dev.atoll.cli.credentials.DevKey;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Json;
import dev.atoll.cli.terminal.Table;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures Atoll beside Durable Objects and PostgreSQL. */
@Command(
        name = "peers",
        description = {
            "Measure Atoll beside Durable Objects in workerd and PostgreSQL 15, all started on this machine.",
            "",
            "workerd comes from npm; wrk, PostgreSQL and etcd are used where they are installed, and what is"
                    + " skipped for want of one is said. Nothing else should run on the machine meanwhile."
        })
final class PeersCommand implements Callable<Integer> {
    private static final Duration TOKEN_VALID_FOR = Duration.ofDays(1);

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--instances",
            paramLabel = "N",
            description = "Instances, objects, tenants (default: ${DEFAULT-VALUE})")
    private int instances = PeersPlan.standard().load().instances();

    @Option(
            names = "--callers",
            paramLabel = "N",
            description = "Callers, connections (default: ${DEFAULT-VALUE})")
    private int callers = PeersPlan.standard().load().callers();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Turns of each system; the median counts (default: ${DEFAULT-VALUE})")
    private int rounds = PeersPlan.standard().rounds();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Time of a turn (default: ${DEFAULT-VALUE})")
    private long seconds = PeersPlan.standard().load().duration().toSeconds();

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Time of each before the first round (default: ${DEFAULT-VALUE})")
    private long warmUp = PeersPlan.standard().load().warmUp().toSeconds();

    @Option(
            names = "--series",
            paramLabel = "NAME",
            split = ",",
            description = "Measure only these: ${COMPLETION-CANDIDATES} (default: all)")
    private Set<Series> series = PeersPlan.standard().series();

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Where workerd is kept (default: ~/.cache/atoll)")
    private Path cache = Path.of(System.getProperty("user.home"), ".cache", "atoll");

    @Option(
            names = "--results",
            paramLabel = "FILE",
            description = "A Markdown file of results to write a section of")
    private @Nullable Path results;

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var commandLine = Objects.requireNonNull(spec).commandLine();
        var err = commandLine.getErr();
        var plan = plan();
        try (var folder = WorkFolder.create()) {
            var place =
                    new Comparison.Place(
                            atoll(folder.path()), folder.path(), cache.resolve("workerd"));
            var report =
                    Comparison.run(
                            plan,
                            place,
                            line -> {
                                err.println(line);
                                err.flush();
                            });
            commandLine.getOut().println(json ? Json.of(report.asMap()) : text(report));
            commandLine.getOut().flush();
            if (results != null) {
                ResultsFile.put(results, "./atoll bench peers", ReportText.markdown(report));
            }
        }
        return ExitCode.OK.number();
    }

    private static String text(PeersReport report) {
        return new Table(ReportText.COLUMNS, ReportText.rows(report)).drawn()
                + "\n"
                + String.join("\n", ReportText.notes(report));
    }

    private PeersPlan plan() {
        try {
            return new PeersPlan(
                    new BenchPlan.Load(
                            instances,
                            callers,
                            Duration.ofSeconds(warmUp),
                            Duration.ofSeconds(seconds),
                            0),
                    rounds,
                    series);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** Processes like this one, which trust a key that is made for them. */
    private static AtollCommand atoll(Path folder) throws IOException {
        var data = folder.resolve("dev");
        var key = DevKey.loadOrCreate(data);
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        line.addAll(List.of("-cp", classPath(), "dev.atoll.cli.Atoll"));
        var token =
                key.serviceToken("atoll-bench", "*=admin", TOKEN_VALID_FOR, InstantSource.system());
        return new AtollCommand(line, data, DevKey.issuersFile(data), token);
    }

    /** Absolute: the processes have another working folder. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(part -> Path.of(part).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
