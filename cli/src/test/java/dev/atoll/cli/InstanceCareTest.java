package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.cli.serve.DevServer;
import dev.atoll.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
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
                    .isEqualTo("checked 1, well 1, damaged 0\n");
            assertThat(run(ExitCode.OK, "instance", "verify", "--all", "user"))
                    .isEqualTo("checked 2, well 2, damaged 0\n");
            assertThat(run(ExitCode.OK, "instance", "verify", "--all", "other"))
                    .isEqualTo("checked 0, well 0, damaged 0\n");
            assertThat(run(ExitCode.OK, "instance", "verify", "--all", "--json"))
                    .contains("[\"user:alice\", \"well\"]")
                    .contains("[\"user:bob\", \"well\"]");
            assertThat(run(ExitCode.OK, "instance", "compact", "user:alice"))
                    .contains("user:alice");
            var file = outside.resolve("alice.sqlite");
            run(ExitCode.OK, "instance", "export", "user:alice", file.toString());
            assertThat(notes(file)).isEqualTo("buy fish");

            run(ExitCode.CONFLICT, "instance", "export", "user:alice", file.toString());
            var none = outside.resolve("none.sqlite");
            run(ExitCode.NOT_FOUND, "instance", "export", "user:nobody", none.toString());
            assertThat(outside).isDirectoryNotContaining("glob:**none*");
            assertThat(run(ExitCode.NOT_FOUND, "instance", "verify", "user:nobody", "user:bob"))
                    .isEqualTo("checked 1, well 1, damaged 0\n");
            assertThat(
                            run(
                                    ExitCode.NOT_FOUND,
                                    "instance",
                                    "verify",
                                    "--json",
                                    "user:alice",
                                    "user:nobody"))
                    .contains("[\"user:alice\", \"well\"]");
            run(ExitCode.USAGE, "instance", "verify");
            run(ExitCode.USAGE, "instance", "verify", "user:alice", "--all", "user");
        }
    }

    @Test
    void printsOnlyWhatIsDamagedAndHowMuchThereIs() throws Exception {
        try (var _ = DevServer.startOnFreePorts(data)) {
            run(ExitCode.OK, "sql", "user:alice", "CREATE TABLE notes(text)");
            run(ExitCode.OK, "sql", "user:bob", "CREATE TABLE notes(text)");
            run(ExitCode.OK, "sql", "user:carl", "CREATE TABLE notes(text)");
        }
        var file = databases().getFirst();
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(3 * 4096 + 100);
            raw.write(0x5a);
        }
        try (var _ = DevServer.startOnFreePorts(data)) {
            for (int i = 0; i < 2; i++) {
                assertThat(run(ExitCode.DAMAGED, "instance", "verify", "--all").lines())
                        .hasSize(2)
                        .first(InstanceOfAssertFactories.STRING)
                        .startsWith("user:")
                        .contains(file.toString())
                        .contains("page 4");
            }
            assertThat(run(ExitCode.DAMAGED, "instance", "verify", "--all"))
                    .endsWith("checked 3, well 2, damaged 1\n");
            assertThat(run(ExitCode.DAMAGED, "instance", "verify", "--all", "--json"))
                    .contains("\"well\"]")
                    .contains("page 4");
        }
    }

    @Test
    void aCheckOfAllFindsMissingFilesAndThoseOfNobodyKnowsWhom() throws Exception {
        try (var _ = DevServer.startOnFreePorts(data)) {
            run(ExitCode.OK, "sql", "user:alice", "CREATE TABLE notes(text)");
            run(ExitCode.OK, "sql", "user:bob", "CREATE TABLE notes(text)");
            run(ExitCode.OK, "sql", "user:carl", "CREATE TABLE notes(text)");
        }
        var missing = databases().getFirst();
        var strange = missing.resolveSibling("0000000000000abc.sqlite");
        Files.write(strange, new byte[5_000]);
        Files.delete(catalogue());
        try (var _ = DevServer.startOnFreePorts(data)) {
            assertThat(run(ExitCode.DAMAGED, "instance", "verify", "--all"))
                    .startsWith("unknown: " + strange + ": damaged")
                    .endsWith("checked 4, well 3, damaged 1\n");
            assertThat(run(ExitCode.DAMAGED, "instance", "verify", "--all", "--json"))
                    .contains(strange.toString());
        }
        Files.delete(missing);
        try (var _ = DevServer.startOnFreePorts(data)) {
            assertThat(run(ExitCode.DAMAGED, "instance", "verify", "--all"))
                    .contains(strange + ": damaged")
                    .contains(missing + ": missing")
                    .endsWith("checked 4, well 2, damaged 2\n");
        }
    }

    private Path catalogue() throws IOException {
        try (var files = Files.walk(data)) {
            return files.filter(file -> file.endsWith("catalog.sqlite")).findFirst().orElseThrow();
        }
    }

    private List<Path> databases() throws IOException {
        try (var files = Files.walk(data)) {
            return files.filter(file -> file.toString().contains("instances"))
                    .filter(file -> file.toString().endsWith(".sqlite"))
                    .toList();
        }
    }

    private static String notes(Path file) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var rows = connection.createStatement().executeQuery("SELECT text FROM notes")) {
            return rows.getString(1);
        }
    }

    private String run(ExitCode expected, String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
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
