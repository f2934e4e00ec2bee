package dev.atoll.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final List<Setting> KNOWN =
            List.of(
                    new Setting("port", "7400", "The port"),
                    new Setting("http-port", "7480", "The port for operators"),
                    new Setting("idle-sleep-after", "5m", "How long until sleep"),
                    new Setting("value-bytes-max", "2MiB", "The longest value"),
                    new Setting("insecure", "false", "Plaintext"),
                    new Setting("etcd", "", "Where etcd is"));

    @Test
    void readsDefaultsInTheFormAUserWrites() {
        var settings = gather(Map.of(), Map.of());

        assertThat(settings.port("port")).isEqualTo(7400);
        assertThat(settings.duration("idle-sleep-after")).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.bytes("value-bytes-max")).isEqualTo(2 << 20);
        assertThat(settings.flag("insecure")).isFalse();
        assertThat(settings.findText("etcd")).isEmpty();
        settings.check();
    }

    @Test
    void flagsWinOverTheEnvironmentAndThatOverTheFile(@TempDir Path folder) throws IOException {
        var file = folder.resolve("atoll.properties");
        Files.writeString(file, "port = 1\nhttp-port = 2\netcd = a, b\n");

        var settings =
                Settings.gather(
                        KNOWN,
                        Map.of("port", "5"),
                        Map.of("ATOLL_PORT", "3", "ATOLL_HTTP_PORT", "4", "PATH", "/bin"),
                        file,
                        List.of());

        assertThat(settings.port("port")).isEqualTo(5);
        assertThat(settings.port("http-port")).isEqualTo(4);
        assertThat(settings.list("etcd")).containsExactly("a", "b");
        settings.check();
    }

    @Test
    void reportsAllProblemsAtOnceWithTheNearestName() {
        var settings =
                gather(
                        Map.of("prot", "1", "port", "65536", "value-bytes-max", "2MB"),
                        Map.of("ATOLL_HTTPPORT", "1", "ATOLL_INSECURE", "yes"));
        settings.port("port");
        settings.bytes("value-bytes-max");
        settings.flag("insecure");
        settings.duration("idle-sleep-after");
        settings.requiredText("etcd");

        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(settings::check)
                .extracting(SettingsException::problems)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .containsExactlyInAnyOrder(
                        "flag --prot: there is no setting 'prot' (did you mean 'port'?)",
                        "environment variable ATOLL_HTTPPORT: there is no setting 'httpport' (did you"
                                + " mean 'http-port'?)",
                        "port: '65536' (expected: a number from 0 to 65535)",
                        "value-bytes-max: '2MB' (expected: a size as 512, 64KiB, 2MiB or 1GiB)",
                        "insecure: 'yes' (expected: true or false)",
                        "etcd: '' (expected: a value)");
    }

    @Test
    void leavesVariablesOfOtherCommandsAlone() {
        Settings.gather(KNOWN, Map.of(), Map.of("ATOLL_TOKEN", "x"), null, List.of("token"))
                .check();
        assertThat(KNOWN.get(1).environmentVariable()).isEqualTo("ATOLL_HTTP_PORT");
    }

    @Test
    void namesTheLinesOfAFileThatAreWrong(@TempDir Path folder) throws IOException {
        var file = folder.resolve("atoll.properties");
        Files.writeString(file, "# ports\nport = 1\njunk\nport = 2\n");

        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(
                        () -> Settings.gather(KNOWN, Map.of(), Map.of(), file, List.of()).check())
                .satisfies(
                        e ->
                                assertThat(e.problems())
                                        .hasSize(2)
                                        .anyMatch(line -> line.contains("line 3: 'junk'"))
                                        .anyMatch(line -> line.contains("line 4: 'port' again")));
    }

    @Test
    void refusesWhatIsNoUrl() {
        for (var wrong : List.of("127.0.0.1:2379", "ftp://x:1", "http://x", "http://:1", "x")) {
            var settings = gather(Map.of("etcd", "http://a:1," + wrong), Map.of());
            var _ = settings.urls("etcd");

            assertThatExceptionOfType(SettingsException.class)
                    .isThrownBy(settings::check)
                    .satisfies(
                            e ->
                                    assertThat(e.problems())
                                            .singleElement()
                                            .asString()
                                            .contains("'" + wrong + "'"));
        }
        assertThat(gather(Map.of("etcd", "http://a:1,https://b:2"), Map.of()).urls("etcd"))
                .containsExactly("http://a:1", "https://b:2");
    }

    @Test
    void reportsAFileThatCannotBeRead(@TempDir Path folder) {
        var settings =
                Settings.gather(KNOWN, Map.of(), Map.of(), folder.resolve("absent"), List.of());
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(settings::check)
                .withMessageContaining("absent");
    }

    private static Settings gather(Map<String, String> flags, Map<String, String> environment) {
        return Settings.gather(KNOWN, flags, environment, null, List.of());
    }
}
