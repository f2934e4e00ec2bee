package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.cli.serve.DevServer;
import dev.atoll.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code atoll journal dump} on the folder of a node that runs, and of one that has stopped. */
class JournalDumpCommandTest {
    @TempDir Path data;
    @TempDir Path outside;

    @Test
    void printsTheCommitsOfARunningAndOfAStoppedNode() throws Exception {
        try (var _ = DevServer.startOnFreePorts(data)) {
            run(ExitCode.OK, "sql", "--data", data.toString(), "user:alice", "CREATE TABLE t(a)");
            assertThat(dump(ExitCode.OK))
                    .startsWith("log ")
                    .contains(" CREATE ", " key=user:alice", " COMMIT ", " commit=1 ")
                    .doesNotContain("DAMAGED");
        }
        assertThat(dump(ExitCode.OK)).contains(" key=user:alice", " commit=1 ");
        var journal = journal();
        assertThat(run(ExitCode.OK, "journal", "dump", journal.toString()))
                .isEqualTo(dump(ExitCode.OK));

        var segment = journal.resolve("0000000000000001.segment");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[4096 + 72 + 62] ^= 1; // In the key of the first record.
        Files.write(segment, bytes);
        assertThat(dump(ExitCode.DAMAGED)).contains("DAMAGED 0000000000000001.segment at offset");
    }

    @Test
    void saysThatThereIsNone() {
        run(ExitCode.NOT_FOUND, "journal", "dump", outside.toString());
    }

    @Test
    void saysThatAFileIsNoFolder() throws Exception {
        var file = Files.writeString(outside.resolve("file"), "no journal");

        assertThat(failed("journal", "dump", file.toString()))
                .isEqualTo("atoll: " + file + ": not a folder\n");
    }

    @Test
    void namesTheSettingThatTheJournalWasMadeWith() throws Exception {
        DevServer.startOnFreePorts(data).close();

        assertThat(
                        failed(
                                "dev",
                                "--data",
                                data.toString(),
                                "--port=0",
                                "--http-port=0",
                                "--journal-segment-bytes=1MiB"))
                .startsWith("atoll: journal-segment-bytes: 1048576 (expected: 67108864, ");
    }

    private String dump(ExitCode expected) throws IOException {
        return run(expected, "journal", "dump", journal().resolveSibling("").toString());
    }

    private Path journal() throws IOException {
        try (var all = Files.walk(data)) {
            return all.filter(path -> path.endsWith("journal")).findFirst().orElseThrow();
        }
    }

    private static String failed(String... arguments) {
        var err = new StringWriter();
        int code = Atoll.commandLine().setErr(new PrintWriter(err)).execute(arguments);
        assertThat(code).isEqualTo(ExitCode.FAILURE.number());
        return err.toString();
    }

    private static String run(ExitCode expected, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code =
                Atoll.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        assertThat(code).as(String.join(" ", arguments) + ": " + err).isEqualTo(expected.number());
        return out.toString();
    }
}
