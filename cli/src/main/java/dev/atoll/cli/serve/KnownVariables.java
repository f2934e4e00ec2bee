package dev.atoll.cli.serve;

import dev.atoll.node.NodeConfig;
import dev.atoll.process.Setting;
import dev.atoll.router.RouterConfig;
import java.util.List;
import java.util.stream.Stream;

/**
 * The environment variables that some command of ours reads: a server passes over those of the
 * others, and reports only what nobody knows. Immutable.
 */
final class KnownVariables {
    private static final List<String> OF_THE_COMMAND =
            List.of(
                    "home",
                    "java-home",
                    "java-opts",
                    "jdk-folders",
                    "log-level",
                    "endpoint",
                    "token");

    private KnownVariables() {}

    /** Names of settings that are not unknown where they are in the environment. */
    static List<String> ambient(List<Setting> own) {
        return Stream.concat(
                        OF_THE_COMMAND.stream(),
                        Stream.of(NodeConfig.SETTINGS, RouterConfig.SETTINGS)
                                .flatMap(List::stream)
                                .map(Setting::name)
                                .filter(
                                        name ->
                                                own.stream()
                                                        .noneMatch(
                                                                setting ->
                                                                        setting.name()
                                                                                .equals(name))))
                .toList();
    }
}
