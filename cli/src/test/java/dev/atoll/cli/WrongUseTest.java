package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.cli.terminal.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users' mistakes: each gets a line that says what is wrong, and never a stack trace. */
class WrongUseTest {
    @TempDir Path folder;

    @Test
    void anEmptyDataFolderIsNotTheCurrentOne() {
        refused("data: ''", "dev", "--data", "", "--port", "0");
        assertThat(Path.of("node.properties")).doesNotExist();
    }

    @Test
    void aStrayArgumentIsNamed() {
        refused("'extra'", "dev", "extra");
    }

    @Test
    void anEtcdAddressThatIsNoUrlIsNamed() {
        refused(
                "etcd: '127.0.0.1:2379'",
                "node",
                "--insecure",
                "--etcd",
                "127.0.0.1:2379",
                "--data",
                folder.toString());
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aTokenThatCouldNeverBeUsedIsNotMade() throws Exception {
        var data = folder.toString();
        dev.atoll.cli.credentials.DevKey.loadOrCreate(folder);

        refused("--scope", "token", "--data", data, "--service", "x", "--scope", "USER:*=read");
        refused("expires", "token", "--data", data, "--service", "x", "--expires", "0s");
        refused("name is empty", "token", "--data", data, "--service", "");
    }

    @Test
    void aFileThatIsNotTheStoreIsNamed() throws Exception {
        var file = Files.writeString(folder.resolve("not-a-database"), "no database at all");

        refused(file.toString(), "demo", "--file", file.toString());
    }

    @Test
    void helpShowsNoPattern() {
        var run = run("token", "--help");

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("--scope=PATTERN=RIGHTS").doesNotContain("\\s");
    }

    private static void refused(String saying, String... arguments) {
        var run = run(arguments);

        assertThat(run.err()).contains(saying).doesNotContain("defect").doesNotContain("\tat ");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE.number());
    }

    private static Run run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code =
                Atoll.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }

    private record Run(int code, String out, String err) {}
}
