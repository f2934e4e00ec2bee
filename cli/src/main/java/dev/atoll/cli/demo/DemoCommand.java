package dev.atoll.cli.demo;

import dev.atoll.cli.connect.CallException;
import dev.atoll.cli.connect.ClientOptions;
import dev.atoll.cli.serve.DevServer;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Progress;
import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Moves a music store into Atoll, asks it questions, and checks that nothing was lost. */
@Command(
        name = "demo",
        description = {
            "Move a music store into one catalogue and a database for each of its 59 customers, ask questions"
                    + " across them, and check that not a cent was lost.",
            "",
            "It can be run again: it deletes catalog and customer:1 to customer:59 first, but only if they are"
                    + " its own. Without a dev server it starts one for as long as it runs. The exit code is 1"
                    + " if a total differs."
        })
public final class DemoCommand implements Callable<Integer> {
    private static final Path STORE = Path.of("deploy", "examples", "chinook", "chinook.sqlite");

    @Spec private @Nullable CommandSpec spec;

    @Mixin private ClientOptions client = new ClientOptions();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "The Chinook database (default: the one that comes with Atoll)")
    private @Nullable Path file;

    @Override
    public Integer call() throws IOException {
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        try (var original = ChinookFile.open(file == null ? storeByDefault() : file)) {
            return (client.namesServer() || client.findDevServer().isPresent()
                            ? runOnServer(original, out)
                            : runOnOwnServer(original, out))
                    .number();
        } catch (AtollException e) {
            throw CallException.of(e);
        }
    }

    private ExitCode runOnServer(ChinookFile original, PrintWriter out) throws IOException {
        try (var atoll = client.openClient()) {
            return run(original, atoll, out);
        }
    }

    private ExitCode runOnOwnServer(ChinookFile original, PrintWriter out) throws IOException {
        var data = client.dataFolder();
        out.println("No dev server is running: starting one in this process, on " + data);
        out.flush();
        ExitCode code;
        try (var server = DevServer.startOnFreePorts(data);
                var atoll = client.openClient(server.endpoint(), server.data())) {
            code = run(original, atoll, out);
        }
        out.println("The server is stopped; the data stays. Start it with ./atoll dev, then look:");
        lookAround(out);
        return code;
    }

    private static ExitCode run(ChinookFile original, Atoll atoll, PrintWriter out) {
        var ids = original.customerIds();
        new StoreLoader(
                        original,
                        atoll,
                        (label, total) -> new Progress(out, Progress.isScreen(), label, total))
                .load(ids);
        var customers = new Customers(atoll, ids);
        new Questions(atoll, customers, out).answer();
        var verdict = Verdict.of(original, atoll, customers);
        verdict.print(out);
        return verdict.holds() ? ExitCode.OK : ExitCode.FAILURE;
    }

    private static void lookAround(PrintWriter out) {
        out.println();
        out.println("  ./atoll sql customer:1 \"SELECT * FROM invoices\"");
        out.println("  ./atoll sql catalog \"SELECT * FROM artists LIMIT 5\"");
        out.flush();
    }

    /** Beside the launcher; in the current folder where there is no launcher. */
    private static Path storeByDefault() {
        var home = System.getenv("ATOLL_HOME");
        return Path.of(home == null ? "" : home).resolve(STORE).toAbsolutePath();
    }
}
