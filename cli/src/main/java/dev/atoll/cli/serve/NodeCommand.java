package dev.atoll.cli.serve;

import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.node.NodeConfig;
import dev.atoll.node.StorageNode;
import dev.atoll.process.Settings;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** {@code atoll node}: a storage node of a cluster. Immutable. */
public final class NodeCommand {
    private NodeCommand() {}

    /** The command. */
    public static CommandSpec create() {
        return SettingFlags.command(
                "node",
                List.of(
                        "Run a storage node of a cluster: it registers in etcd and serves the shards it is"
                                + " given."),
                NodeConfig.SETTINGS,
                NodeCommand::run);
    }

    private static int run(SettingFlags flags) throws Exception {
        var settings =
                Settings.gather(
                        NodeConfig.SETTINGS,
                        flags.given(),
                        System.getenv(),
                        flags.file(),
                        KnownVariables.ambient(NodeConfig.SETTINGS));
        int httpPort = settings.port("http-port");
        var httpHost = settings.text("http-host");
        var config = NodeConfig.from(settings);
        try (var parts = new ClosingStack()) {
            var metrics = parts.add(new ProcessMetrics());
            var node = parts.add(StorageNode.start(config, metrics.registry()));
            parts.add(Operators.open(httpHost, httpPort, metrics, node::missing));
            Foreground.untilStopped(parts);
        }
        return ExitCode.OK.number();
    }
}
