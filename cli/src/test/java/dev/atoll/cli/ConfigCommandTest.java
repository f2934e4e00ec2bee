package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code atoll config}: looks at block files, without any server. */
class ConfigCommandTest {
    private static final String RIGHT =
            """
            databases:
              workspace:
                dynamic: true
                access:
                  create: auth != null
                  access: tables.members.exists(m, m.userId == auth.id)
                tables:
                  members:
                    fields: { userId: { type: text, unique: true }, n: { type: integer } }
                    access: { read: true, insert: auth.role == 'admin', update: row.n > 5 }
                  notes:
                    fields: { by: { type: text, index: true } }
                    access:
                      read: |
                        row.by == auth.id ||
                          tables.members.exists(m, m.n == 1)
              other:
                tables: { notes: { fields: { a: { type: text } } } }
                limits: { size: 2GiB, statement-time: 3s, calls-per-second: 50 }
            """;

    @TempDir Path folder;

    @Test
    void aRightFileIsCounted() throws IOException {
        var file = file(RIGHT);
        assertThat(run(ExitCode.OK, "config", "check", file))
                .isEqualTo(file + ": no problems; namespaces: 2, tables: 3\n");
        assertThat(run(ExitCode.OK, "config", "check", file, "--json"))
                .isEqualTo("{\"problems\": [], \"warnings\": []}\n");
    }

    @Test
    void everyProblemIsPrintedWithItsPlace() throws IOException {
        var file =
                file(
                        """
                        databases:
                          ws:
                            tabels: {}
                            access: { access: auth.idd == 'x' }
                        """);
        assertThat(run(ExitCode.FAILURE, "config", "check", file))
                .isEqualTo(
                        """
                        FILE:3:5: there is no key 'tabels' (did you mean 'tables'?)
                        FILE:4:28: there is no field 'idd' in auth (did you mean 'id'?)
                        """
                                .replace("FILE", file));
        assertThat(run(ExitCode.FAILURE, "config", "check", file, "--json"))
                .startsWith(
                        "{\"problems\": [{\"line\": 3, \"column\": 5, \"text\": \"there is no key");
    }

    @Test
    void aFolderIsNoFile() {
        assertThat(run(ExitCode.FAILURE, "config", "check", folder.toString()))
                .contains(folder + ": a folder (expected: a file)");
    }

    @Test
    void whatDeservesALookIsAWarning() throws IOException {
        var file =
                file(
                        "databases: { ws: { access: { access: 'tables.t.all(x, true)' }, tables: {"
                                + " t: { fields: {} } } } }");
        assertThat(run(ExitCode.OK, "config", "check", file))
                .isEqualTo(
                        """
                        FILE:1:51: warning: asks every row of t: no index can help
                        FILE: no problems; namespaces: 1, tables: 1
                        """
                                .replace("FILE", file));
    }

    @Test
    void rulesAreExplained() throws IOException {
        var file = file(RIGHT);
        assertThat(run(ExitCode.OK, "config", "explain", file, "members"))
                .isEqualTo(
                        """
                        workspace.members read: true
                          SQL:   1
                          index: asks nothing of a row: it is the same for all of them

                        workspace.members insert: auth.role == 'admin'
                          SQL:   (? = ?)
                          ?1:    auth.role as text
                          ?2:    'admin'
                          index: SEARCH row USING INDEX sqlite_autoindex_members_1 (id=?)

                        workspace.members update: row.n > 5
                          SQL:   ("row"."n" > ?)
                          ?1:    5
                          SLOW:  SCAN row: every row is looked at
                        """);
        assertThat(run(ExitCode.OK, "config", "explain", file, "workspace.notes"))
                .contains("read: row.by == auth.id || tables.members.exists(m, m.n == 1)\n")
                .contains("SLOW:  SCAN t1: every row is looked at");
        assertThat(run(ExitCode.OK, "config", "explain", file, "workspace"))
                .contains("workspace create: auth != null")
                .contains(
                        "index: SEARCH t1 EXISTS USING COVERING INDEX members$userId$unique (userId=?)");
        assertThat(run(ExitCode.OK, "config", "explain", file, "other.notes"))
                .isEqualTo("other.notes: no rules: denied to users\n");
        assertThat(run(ExitCode.OK, "config", "explain", file, "other"))
                .isEqualTo(
                        """
                        other: no rules: denied to users

                        other limits: each instance: size 2097152KiB, statement-time 3000ms, calls-per-second 50
                        """);
        assertThat(run(ExitCode.OK, "config", "explain", file, "other", "--json"))
                .contains("\"limits\": {\"size\": \"2097152KiB\", \"statement-time\": \"3000ms\"");
        assertThat(run(ExitCode.OK, "config", "explain", file, "members", "--json"))
                .contains("\"operation\": \"update\"", "\"indexed\": false");
    }

    @Test
    void aTableThatIsNotThereIsNamed() throws IOException {
        var file = file(RIGHT);
        assertThat(run(ExitCode.USAGE, "config", "explain", file, "notes"))
                .isEqualTo("atoll: notes: more than one: workspace.notes, other.notes\n");
        assertThat(run(ExitCode.NOT_FOUND, "config", "explain", file, "member"))
                .isEqualTo(
                        "atoll: there is no table or namespace 'member' (did you mean"
                                + " 'members'?)\n");
        assertThat(run(ExitCode.FAILURE, "config", "explain", file("x: y"), "member"))
                .contains(":1:1: there is no key 'x'");
        assertThat(run(ExitCode.NOT_FOUND, "config", "check", folder + "/none"))
                .isEqualTo("atoll: " + folder + "/none: no such file\n");
        var latin = Files.write(folder.resolve("latin"), new byte[] {(byte) 0xe9});
        assertThat(run(ExitCode.FAILURE, "config", "check", latin.toString()))
                .isEqualTo("atoll: " + latin + ": not UTF-8\n");
    }

    @Test
    void theSchemaIsForEditors() {
        assertThat(run(ExitCode.OK, "config", "schema"))
                .startsWith("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\"");
    }

    private String file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("blocks.yaml"), yaml).toString();
    }

    private static String run(ExitCode expected, String... arguments) {
        var out = new StringWriter();
        int code =
                Atoll.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(out))
                        .execute(arguments);
        assertThat(code).as(String.join(" ", arguments) + ": " + out).isEqualTo(expected.number());
        return out.toString();
    }
}
