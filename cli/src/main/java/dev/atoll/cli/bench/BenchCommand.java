package dev.atoll.cli.bench;

import dev.atoll.bench.Bench;
import dev.atoll.bench.BenchPlan;
import dev.atoll.bench.BenchProgress;
import dev.atoll.bench.BenchReport;
import dev.atoll.bench.ClientRoute;
import dev.atoll.bench.UnaryRoute;
import dev.atoll.cli.connect.ClientOptions;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.client.Atoll;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Drives a running system and prints throughput and latencies. */
@Command(
        name = "bench",
        subcommands = {EngineCommand.class, PeersCommand.class},
        description = {
            "Drive a running system with reads and writes, and print throughput and latencies.",
            "",
            "  ./atoll bench --instances 1000 --callers 64 --seconds 20 --reads 0.5"
        })
public final class BenchCommand implements Callable<Integer> {
    private static final int PERCENT = 100;

    @Spec private @Nullable CommandSpec spec;

    @Mixin private ClientOptions client = new ClientOptions();

    @Option(
            names = "--instances",
            paramLabel = "N",
            description = "Instances called (default: ${DEFAULT-VALUE})")
    private int instances = BenchPlan.standard().load().instances();

    @Option(
            names = "--callers",
            paramLabel = "N",
            description = "Callers at once (default: ${DEFAULT-VALUE})")
    private int callers = BenchPlan.standard().load().callers();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Measured time (default: ${DEFAULT-VALUE})")
    private long seconds = BenchPlan.standard().load().duration().toSeconds();

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Time before that (default: ${DEFAULT-VALUE})")
    private long warmUp = BenchPlan.standard().load().warmUp().toSeconds();

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Calls per second, each timed from when it was due; 0 for as many as possible (default: ${DEFAULT-VALUE})")
    private long rate = BenchPlan.standard().load().callsPerSecond();

    @Option(
            names = "--reads",
            paramLabel = "SHARE",
            description = "Share of reads, 0 to 1 (default: ${DEFAULT-VALUE})")
    private double reads = BenchPlan.standard().mix().readShare();

    @Option(names = "--inserts", description = "Writes add rows instead of updating those there")
    private boolean inserts;

    @Option(
            names = "--unary",
            description =
                    "Make each call a gRPC call of its own, as programs without the Java client do;"
                            + " implies --no-request-ids")
    private boolean unary;

    @Option(names = "--no-request-ids", description = "Send writes that are not remembered")
    private boolean noRequestIds;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Rows in each instance (default: ${DEFAULT-VALUE})")
    private int rows = BenchPlan.standard().mix().rows();

    @Option(
            names = "--value-bytes",
            paramLabel = "N",
            description = "Bytes in a row (default: ${DEFAULT-VALUE})")
    private int valueBytes = BenchPlan.standard().mix().valueBytes();

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description =
                    "Where the instances are made, and deleted again (default: ${DEFAULT-VALUE})")
    private String namespace = BenchPlan.standard().namespace();

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var commandLine = Objects.requireNonNull(spec).commandLine();
        var plan = plan();
        var phases = new PhaseLines(commandLine.getErr());
        try (var atoll = client.openClient()) {
            var report = run(atoll, plan, phases);
            commandLine.getOut().println(json ? report.toJson() : report.toTable());
            commandLine.getOut().flush();
        }
        return ExitCode.OK.number();
    }

    private BenchReport run(Atoll atoll, BenchPlan plan, PhaseLines phases)
            throws IOException, InterruptedException {
        if (plan.form() != BenchPlan.Form.UNARY) {
            boolean requestIds = plan.form() == BenchPlan.Form.CLIENT;
            return Bench.run(atoll, new ClientRoute(atoll, requestIds), plan, phases::show);
        }
        var wire = client.wire();
        var channel = UnaryRoute.connect(wire.address(), wire.credentials());
        try {
            var route = UnaryRoute.toRouter(channel, wire.token());
            return Bench.run(atoll, route, plan, phases::show);
        } finally {
            channel.shutdownNow();
        }
    }

    private BenchPlan.Form form() {
        if (unary) {
            return BenchPlan.Form.UNARY;
        }
        return noRequestIds ? BenchPlan.Form.CLIENT_WITHOUT_REQUEST_IDS : BenchPlan.Form.CLIENT;
    }

    private BenchPlan plan() {
        try {
            return new BenchPlan(
                    namespace,
                    new BenchPlan.Load(
                            instances,
                            callers,
                            Duration.ofSeconds(warmUp),
                            Duration.ofSeconds(seconds),
                            rate),
                    new BenchPlan.Mix(reads, inserts, rows, valueBytes),
                    form());
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** One line a phase, and one for each tenth of it. */
    private static final class PhaseLines {
        private final java.io.PrintWriter err;
        private String last = "";

        PhaseLines(java.io.PrintWriter err) {
            this.err = err;
        }

        synchronized void show(BenchProgress progress) {
            var line =
                    progress.phase() + " " + Math.round(progress.done() * 10) * PERCENT / 10 + " %";
            if (!line.equals(last)) {
                last = line;
                err.println(line);
                err.flush();
            }
        }
    }
}
