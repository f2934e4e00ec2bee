package dev.atoll.cli.serve;

import dev.atoll.cli.terminal.ExitCode;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** {@code atoll dev}: a router and a node in one process. Immutable. */
public final class DevCommand {
    private DevCommand() {}

    /** The command. */
    public static CommandSpec create() {
        return SettingFlags.command(
                "dev",
                List.of(
                        "Run a router and a node in one process on this machine, without etcd.",
                        "It listens on 127.0.0.1 only, and makes a key of its own for the tokens of its"
                                + " callers."),
                DevSettings.declared(),
                DevCommand::run);
    }

    private static int run(SettingFlags flags) throws Exception {
        var settings = DevSettings.from(flags.given(), System.getenv(), flags.file());
        try (var server = DevServer.start(settings)) {
            announce(server, flags.out());
            Foreground.untilStopped(server);
        }
        return ExitCode.OK.number();
    }

    private static void announce(DevServer server, PrintWriter out) {
        out.println("Atoll is ready.");
        out.println();
        out.println("  endpoint  " + server.endpoint() + " (gRPC, plaintext, this machine only)");
        out.println("  http      http://" + server.http() + "/metrics, /livez, /readyz");
        out.println("  data      " + server.data());
        out.println();
        out.println("Next, in another terminal:");
        out.println();
        out.println(
                "  ./atoll sql user:alice        a SQL shell; the first write creates the database");
        out.println("  ./atoll demo                  a music store: a catalogue and 59 customers");
        out.println("  ./atoll token --service app   a token for a program of yours");
        out.println();
        out.println("Ctrl-C stops it; the data stays.");
        out.flush();
    }
}
