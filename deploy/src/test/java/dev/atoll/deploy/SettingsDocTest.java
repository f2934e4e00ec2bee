package dev.atoll.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.NodeConfig;
import dev.atoll.process.Setting;
import dev.atoll.router.RouterConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The README lists the settings as the processes know them: name, default, meaning, in order. */
class SettingsDocTest {
    @Test
    void listsTheSettingsOfTheRouter() {
        assertThat(documented("### Router settings"))
                .containsExactlyElementsOf(declared(RouterConfig.SETTINGS));
    }

    @Test
    void listsTheSettingsOfTheNode() {
        assertThat(documented("### Node settings"))
                .containsExactlyElementsOf(declared(NodeConfig.SETTINGS));
    }

    private static List<String> documented(String heading) {
        return Repository.section("README.md", heading).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
    }

    private static List<String> declared(List<Setting> settings) {
        return settings.stream()
                .map(
                        setting ->
                                "| `"
                                        + setting.name()
                                        + "` | "
                                        + (setting.defaultText().isEmpty()
                                                ? ""
                                                : "`" + setting.defaultText() + "` ")
                                        + "| "
                                        + setting.meaning().replace("|", "\\|")
                                        + " |")
                .toList();
    }
}
