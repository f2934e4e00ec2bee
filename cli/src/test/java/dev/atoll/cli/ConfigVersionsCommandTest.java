package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.cli.connect.ClientOptions;
import dev.atoll.cli.serve.DevServer;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.client.AtollException;
import dev.atoll.client.ConfigVersionInfo;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code atoll config} against a dev server. */
class ConfigVersionsCommandTest {
    private static final String ONE = "databases:\n  user: { dynamic: true }\n";
    private static final String TWO = "databases:\n  team: { dynamic: true }\n";

    private static final String USER_GONE =
            "user: removed: its instances cannot be called any more; they are kept, and listed";
    private static final String FIRST =
            """
            the first version:
              user: added
              warning: instances of namespaces that are not declared cannot be called any more; they\
             are kept, and listed
            """;

    @TempDir Path data;
    @TempDir Path outside;

    private String err = "";

    @Test
    void appliesShowsAndListsVersions() throws Exception {
        var one = file("one.yaml", ONE);
        var two = file("two.yaml", TWO);
        try (var _ = DevServer.startOnFreePorts(data)) {
            assertThat(run(ExitCode.NOT_FOUND, "get")).isEmpty();
            assertThat(run(ExitCode.OK, "versions")).startsWith("version | applied");

            assertThat(run(ExitCode.OK, "apply", one, "--dry-run")).isEqualTo(FIRST);
            assertThat(run(ExitCode.OK, "apply", one, "--yes"))
                    .isEqualTo(FIRST + "version 1 is current\n");
            assertThat(run(ExitCode.OK, "apply", one, "--yes"))
                    .isEqualTo(
                            """
                            compared with version 1:
                              nothing that is declared changes
                            version 1 is current
                            """);

            assertThat(run(ExitCode.CONFLICT, "apply", two, "--yes"))
                    .isEqualTo(
                            """
                            compared with version 1:
                            ! %s
                              team: added
                            """
                                    .formatted(USER_GONE));
            assertThat(err).contains("1 of the changes lose data").contains("--allow-destructive");
            assertThat(run(ExitCode.OK, "apply", two, "--yes", "--allow-destructive", "--json"))
                    .contains("\"version\": 2")
                    .contains("\"destructive\": [\"" + USER_GONE + "\"]");

            assertThat(run(ExitCode.OK, "get")).isEqualTo(TWO);
            assertThat(run(ExitCode.OK, "get", "1")).isEqualTo(ONE);
            run(ExitCode.FAILURE, "get", "3");
        }
        // Over a restart.
        try (var _ = DevServer.startOnFreePorts(data)) {
            assertThat(run(ExitCode.OK, "get")).isEqualTo(TWO);
            var listed = run(ExitCode.OK, "versions").lines().toList();
            assertThat(listed).hasSize(4);
            assertThat(listed.get(2)).startsWith("      2 | 20");
            assertThat(listed.get(3)).startsWith("      1 | 20");
        }
    }

    @Test
    void showsHowFarTheInstancesAreAndPausesTheirMigration() throws Exception {
        var one = file("one.yaml", ONE);
        try (var _ = DevServer.startOnFreePorts(data)) {
            assertThat(run(ExitCode.OK, "status"))
                    .isEqualTo("no version was applied yet\npending: 0\nfailed: 0\n");
            run(ExitCode.OK, "apply", one, "--yes");
            assertThat(run(ExitCode.OK, "pause"))
                    .isEqualTo("the migration of sleeping instances is paused\n");
        }
        // Over a restart.
        try (var _ = DevServer.startOnFreePorts(data)) {
            assertThat(run(ExitCode.OK, "status"))
                    .isEqualTo("current version: 1\npending: 0 (paused)\nfailed: 0\n");
            run(ExitCode.OK, "resume");
            assertThat(run(ExitCode.OK, "status", "--json"))
                    .contains("\"currentVersion\": 1")
                    .contains("\"paused\": false")
                    .contains("\"unavailableNodes\": []");
        }
    }

    @Test
    void marksWhatInstancesMayNotTake() throws Exception {
        var table = "databases: { ws: { tables: { t: { fields: { a: { type: text%s } } } } } }";
        try (var _ = DevServer.startOnFreePorts(data)) {
            run(ExitCode.OK, "apply", file("one.yaml", table.formatted("")), "--yes");

            assertThat(
                            run(
                                    ExitCode.OK,
                                    "apply",
                                    file("two.yaml", table.formatted(", required: true")),
                                    "--dry-run"))
                    .isEqualTo(
                            """
                            compared with version 1:
                            ? ws.t.a: becomes required: fails where a row has no value
                            """);
        }
    }

    @Test
    void aNamespaceThatIsNotDeclaredIsRefusedAfterThat() throws Exception {
        try (var server = DevServer.startOnFreePorts(data);
                var atoll = new ClientOptions().openClient(server.endpoint(), data)) {
            var team = atoll.instance("team", "red");
            var _ = team.mutate("CREATE TABLE t(n)");
            run(ExitCode.OK, "apply", file("one.yaml", ONE), "--yes");

            assertThatExceptionOfType(AtollException.class)
                    .isThrownBy(() -> team.query("SELECT n FROM t"))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NAMESPACE_NOT_FOUND));
        }
    }

    @Test
    void aWrongFileIsRefusedWithLineAndColumn() throws Exception {
        try (var _ = DevServer.startOnFreePorts(data)) {
            run(ExitCode.FAILURE, "apply", file("bad.yaml", "databases:\n  Bad: {}\n"), "--yes");
            assertThat(err).contains("\natoll: 2:3: ").contains("CONFIG_INVALID");

            run(ExitCode.NOT_FOUND, "apply", outside.resolve("none.yaml").toString(), "--yes");
            assertThat(err).contains("none.yaml: no such file");
            Files.write(outside.resolve("latin.yaml"), new byte[] {(byte) 0xe4});
            run(ExitCode.FAILURE, "apply", outside.resolve("latin.yaml").toString(), "--yes");
        }
    }

    @Test
    void doesNotApplyWhatNobodyConfirmed() throws Exception {
        try (var _ = DevServer.startOnFreePorts(data)) {
            run(ExitCode.USAGE, "apply", file("one.yaml", ONE));
            assertThat(err).contains("--yes");
            run(ExitCode.NOT_FOUND, "get");
        }
    }

    @Test
    void theJavaClientDoesTheSame() throws Exception {
        try (var server = DevServer.startOnFreePorts(data);
                var atoll = new ClientOptions().openClient(server.endpoint(), data)) {
            var config = atoll.config();
            assertThat(config.current()).isEmpty();
            assertThat(config.apply(ONE).version()).isEqualTo(1);

            var preview = config.preview(TWO);
            assertThat(preview.version()).isZero();
            assertThat(preview.destructive()).containsExactly(USER_GONE);
            assertThatExceptionOfType(AtollException.class)
                    .isThrownBy(() -> config.apply(TWO))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.EXPECTATION_FAILED));
            assertThat(config.apply(TWO, preview).version()).isEqualTo(2);
            // It showed what was to be changed of version 1.
            assertThatExceptionOfType(AtollException.class)
                    .isThrownBy(() -> config.apply(ONE, preview))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.EXPECTATION_FAILED));

            assertThat(config.text(1)).isEqualTo(ONE);
            assertThat(config.current()).isEqualTo(TWO);
            assertThat(config.versions())
                    .extracting(ConfigVersionInfo::version)
                    .containsExactly(2L, 1L);
        }
    }

    private String file(String name, String text) throws IOException {
        var file = outside.resolve(name);
        Files.writeString(file, text);
        return file.toString();
    }

    private String run(ExitCode expected, String... arguments) {
        var all = new ArrayList<>(List.of("config"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--data", data.toString()));
        var out = new StringWriter();
        var errors = new StringWriter();
        int code =
                Atoll.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(errors))
                        .execute(all.toArray(String[]::new));
        err = errors.toString();
        assertThat(code).as(String.join(" ", all) + ": " + err).isEqualTo(expected.number());
        return out.toString();
    }
}
