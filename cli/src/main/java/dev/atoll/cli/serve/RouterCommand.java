package dev.atoll.cli.serve;

import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.process.Settings;
import dev.atoll.router.Router;
import dev.atoll.router.RouterConfig;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** {@code atoll router}: a router of a cluster. Immutable. */
public final class RouterCommand {
    private RouterCommand() {}

    /** The command. */
    public static CommandSpec create() {
        return SettingFlags.command(
                "router",
                List.of(
                        "Run a router of a cluster: it authenticates callers and forwards their calls to the nodes."),
                RouterConfig.SETTINGS,
                RouterCommand::run);
    }

    private static int run(SettingFlags flags) throws Exception {
        var settings =
                Settings.gather(
                        RouterConfig.SETTINGS,
                        flags.given(),
                        System.getenv(),
                        flags.file(),
                        KnownVariables.ambient(RouterConfig.SETTINGS));
        int httpPort = settings.port("http-port");
        var httpHost = settings.text("http-host");
        var config = RouterConfig.from(settings);
        try (var parts = new ClosingStack()) {
            var metrics = parts.add(new ProcessMetrics());
            var router = parts.add(Router.start(config, metrics.registry()));
            parts.add(Operators.open(httpHost, httpPort, metrics, router::missing));
            Foreground.untilStopped(parts);
        }
        return ExitCode.OK.number();
    }
}
