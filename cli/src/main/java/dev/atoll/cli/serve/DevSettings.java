package dev.atoll.cli.serve;

import dev.atoll.cli.credentials.DataFolder;
import dev.atoll.cli.credentials.DevKey;
import dev.atoll.node.NodeConfig;
import dev.atoll.process.Setting;
import dev.atoll.process.Settings;
import dev.atoll.process.SettingsException;
import dev.atoll.router.RouterConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a dev server: those of a router and of a node that make sense within one process
 * on one machine.
 *
 * @param data the data folder
 * @param config the block file to apply at the start; empty for none
 * @param httpPort the port for operators
 * @param node what the node is started with
 * @param router what the router is started with
 */
record DevSettings(
        Path data, Optional<Path> config, int httpPort, NodeConfig node, RouterConfig router) {
    /** Only this machine may call: there is no TLS, and whoever can read the key is an admin. */
    static final String HOST = "127.0.0.1";

    private static final List<Setting> OWN =
            List.of(
                    new Setting(
                            "data",
                            DataFolder.byDefault().toString(),
                            "The folder that keeps the data; made if it is not there"),
                    new Setting(
                            "config",
                            "",
                            "A block file to apply at the start, unless it is current already"),
                    new Setting("port", "7400", "The port for clients; 0 takes a free one"),
                    new Setting(
                            "http-port",
                            "7480",
                            "The port for /metrics, /livez and /readyz; 0 takes a free one"));

    /** What belongs to a cluster, or follows from being one process on one machine. */
    private static final Set<String> CLUSTER_ONLY =
            Set.of("cluster", "host", "advertise", "capacity", "insecure", "issuers", "http-host");

    /** What a dev server understands. */
    static List<Setting> declared() {
        var declared = new LinkedHashMap<String, Setting>();
        OWN.forEach(setting -> declared.put(setting.name(), setting));
        NodeConfig.SETTINGS.forEach(setting -> declared.putIfAbsent(setting.name(), setting));
        RouterConfig.SETTINGS.forEach(setting -> declared.putIfAbsent(setting.name(), setting));
        declared.keySet().removeIf(DevSettings::isClusterOnly);
        return List.copyOf(declared.values());
    }

    /**
     * Reads them; throws one {@link SettingsException} with all that is wrong. Makes the key of the
     * data folder if it has none, because a router reads its issuers with its settings.
     */
    static DevSettings from(
            Map<String, String> flags, Map<String, String> environment, @Nullable Path file)
            throws IOException {
        var settings =
                Settings.gather(
                        declared(), flags, environment, file, KnownVariables.ambient(declared()));
        if (settings.requiredText("data").isEmpty()) {
            // Not the current folder: more likely a variable that is not set.
            settings.check();
        }
        var data = Path.of(settings.text("data")).toAbsolutePath().normalize();
        DevKey.loadOrCreate(data);
        var config =
                Optional.of(settings.text("config")).filter(path -> !path.isEmpty()).map(Path::of);
        int httpPort = settings.port("http-port");
        var problems = new LinkedHashSet<String>();
        var node =
                attempt(
                        () ->
                                NodeConfig.local(
                                        part(
                                                NodeConfig.SETTINGS,
                                                settings,
                                                Map.of("data", data.toString()))),
                        problems);
        var router =
                attempt(
                        () ->
                                RouterConfig.from(
                                        part(
                                                RouterConfig.SETTINGS,
                                                settings,
                                                Map.of(
                                                        "host",
                                                        HOST,
                                                        "issuers",
                                                        DevKey.issuersFile(data).toString()))),
                        problems);
        attempt(
                () -> {
                    settings.check();
                    return settings;
                },
                problems);
        if (node.isEmpty() || router.isEmpty() || !problems.isEmpty()) {
            throw new SettingsException(new ArrayList<>(problems));
        }
        return new DevSettings(data, config, httpPort, node.get(), router.get());
    }

    private static boolean isClusterOnly(String name) {
        return CLUSTER_ONLY.contains(name) || name.contains("tls-") || name.startsWith("etcd");
    }

    /** The settings of one part: ours where it knows them too, else its own defaults. */
    private static Settings part(
            List<Setting> known, Settings settings, Map<String, String> fixed) {
        var values = new LinkedHashMap<String, String>();
        for (var setting : known) {
            if (setting.name().equals("insecure")) {
                values.put(setting.name(), "true");
            } else if (!isClusterOnly(setting.name())) {
                values.put(setting.name(), settings.text(setting.name()));
            }
        }
        values.putAll(fixed);
        return Settings.gather(known, values, Map.of(), null, List.of());
    }

    private static <T> Optional<T> attempt(Supplier<T> reading, Set<String> problems) {
        try {
            return Optional.of(reading.get());
        } catch (SettingsException e) {
            problems.addAll(e.problems());
            return Optional.empty();
        }
    }
}
