package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.cli.serve.DevServer;
import dev.atoll.cli.terminal.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code atoll instance verify, compact and export} against a dev server. */
class InstanceCareTest {
    @TempDir Path data;
    @TempDir Path outside;

    @Test
    void verifiesCompactsAndExports() throws Exception {
        try (var _ = DevServer.startOnFreePorts(data)) {
            run(ExitCode.OK, "sql", "user:alice", "CREATE TABLE notes(text)");
            run(ExitCode.OK, "sql", "user:alice", "INSERT INTO notes VALUES ('buy fish')");
            run(ExitCode.OK, "sql", "user:bob", "CREATE TABLE notes(text)");

            assertThat(run(ExitCode.OK, "instance", "verify", "user:alice"))
                    .containsPattern("user:alice +\\| +well");
            assertThat(run(ExitCode.OK, "instance", "verify", "--all", "user"))
                    .containsPattern("user:alice +\\| +well")
                    .containsPattern("user:bob +\\| +well");
            assertThat(run(ExitCode.OK, "instance", "verify", "--all"))
                    .containsPattern("user:alice +\\| +well")
                    .containsPattern("user:bob +\\| +well");
            assertThat(run(ExitCode.OK, "instance", "compact", "user:alice"))
                    .contains("user:alice");
            var file = outside.resolve("alice.sqlite");
            run(ExitCode.OK, "instance", "export", "user:alice", file.toString());
            assertThat(notes(file)).isEqualTo("buy fish");

            run(ExitCode.CONFLICT, "instance", "export", "user:alice", file.toString());
            var none = outside.resolve("none.sqlite");
            run(ExitCode.NOT_FOUND, "instance", "export", "user:nobody", none.toString());
            assertThat(outside).isDirectoryNotContaining("glob:**none*");
            run(ExitCode.USAGE, "instance", "verify");
            run(ExitCode.USAGE, "instance", "verify", "user:alice", "--all", "user");
        }
    }

    private static String notes(Path file) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var rows = connection.createStatement().executeQuery("SELECT text FROM notes")) {
            return rows.getString(1);
        }
    }

    private String run(ExitCode expected, String... arguments) {
        var all = new java.util.ArrayList<>(java.util.List.of(arguments));
        all.add("--data");
        all.add(data.toString());
        var out = new StringWriter();
        var err = new StringWriter();
        int code =
                Atoll.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(all.toArray(String[]::new));
        assertThat(code).as(String.join(" ", all) + ": " + err).isEqualTo(expected.number());
        return out.toString();
    }
}
