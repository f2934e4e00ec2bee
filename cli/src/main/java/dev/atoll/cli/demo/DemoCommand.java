package dev.atoll.cli.demo;

import dev.atoll.cli.connect.CallException;
import dev.atoll.cli.connect.ClientOptions;
import dev.atoll.cli.credentials.DataFolder;
import dev.atoll.cli.credentials.DevKey;
import dev.atoll.cli.credentials.RunningServer;
import dev.atoll.cli.serve.DevServer;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Progress;
import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
                    + " across them, look at them as a customer, and check that not a cent was lost.",
            "",
            "Its tables and rules are declared by a block file, so it has a dev server of its own, with"
                    + " its data in .atoll/demo. It starts one for as long as it runs, unless one runs there."
                    + " --data or --endpoint name another server, which may have nothing else.",
            "",
            "It can be run again: it deletes catalog and customer:1 to customer:59 first, but only if they are"
                    + " its own. The exit code is 1 if a total differs, or if a customer sees what he should not."
        })
public final class DemoCommand implements Callable<Integer> {
    private static final Duration TOKEN_VALID_FOR = Duration.ofMinutes(15);
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
            return runOnServer(original, out).number();
        } catch (AtollException e) {
            throw CallException.of(e);
        }
    }

    private ExitCode runOnServer(ChinookFile original, PrintWriter out) throws IOException {
        if (client.namesServer()) {
            try (var atoll = client.openClient()) {
                return run(original, atoll, Optional.empty(), out);
            }
        }
        var data = client.namesData() ? client.dataFolder() : ownFolder();
        var running = RunningServer.find(data);
        if (running.isPresent()) {
            return run(original, running.get().endpoint(), data, out);
        }
        out.println("No dev server is running: starting one in this process, on " + data);
        out.flush();
        ExitCode code;
        try (var server = DevServer.startOnFreePorts(data)) {
            code = run(original, server.endpoint(), data, out);
        }
        out.println("The server is stopped; the data stays. Start it again, then look around:");
        lookAround(data, out);
        return code;
    }

    private ExitCode run(ChinookFile original, String endpoint, Path data, PrintWriter out)
            throws IOException {
        try (var atoll = client.openClient(endpoint, data)) {
            var key = DevKey.find(data);
            return run(original, atoll, key.map(known -> new Users(endpoint, known)), out);
        }
    }

    private static ExitCode run(
            ChinookFile original, Atoll atoll, Optional<Users> users, PrintWriter out) {
        var ids = original.customerIds();
        new StoreLoader(
                        original,
                        atoll,
                        (label, total) -> new Progress(out, Progress.isScreen(), label, total))
                .load(ids);
        var customers = new Customers(atoll, ids);
        new Questions(atoll, customers, out).answer();
        boolean rightView = users.isEmpty() || showsOwnRows(users.get(), ids, atoll, out);
        var verdict = Verdict.of(original, atoll, customers);
        verdict.print(out);
        return verdict.holds() && rightView ? ExitCode.OK : ExitCode.FAILURE;
    }

    private static boolean showsOwnRows(Users users, List<Long> ids, Atoll atoll, PrintWriter out) {
        long customer = ids.getFirst();
        try (var caller = users.connect(Long.toString(customer))) {
            var view = CustomerView.of(customer, ids.getLast(), caller, atoll);
            view.print(out);
            return view.holds();
        }
    }

    /** Makes clients for users of a dev server, by its key. */
    private record Users(String endpoint, DevKey key) {
        Atoll connect(String name) {
            var token = key.userToken(name, Map.of(), TOKEN_VALID_FOR, InstantSource.system());
            return Atoll.connect(endpoint).token(token).build();
        }
    }

    private static void lookAround(Path data, PrintWriter out) {
        out.println();
        out.println("  ./atoll dev --data " + data);
        out.println("  ./atoll sql --data " + data + " customer:1 \"SELECT * FROM invoices\"");
        out.println("  ./atoll sql --data " + data + " catalog \"SELECT * FROM artists LIMIT 5\"");
        out.flush();
    }

    /** A block file hides all that it does not declare: not where somebody tries things out. */
    private static Path ownFolder() {
        return DataFolder.byDefault().resolveSibling("demo");
    }

    /** Beside the launcher; in the current folder where there is no launcher. */
    private static Path storeByDefault() {
        var home = System.getenv("ATOLL_HOME");
        return Path.of(home == null ? "" : home).resolve(STORE).toAbsolutePath();
    }
}
