package dev.atoll.cli.sql;

import dev.atoll.cli.connect.ClientOptions;
import dev.atoll.cli.connect.SqlSession;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs SQL on one instance: a shell for a person, one statement or a file for a script. */
@Command(
        name = "sql",
        description = {
            "Run SQL on an instance; without a statement, open a shell.",
            "",
            "  ./atoll sql user:alice \"CREATE TABLE notes (text TEXT)\"",
            "  ./atoll sql user:alice -f schema.sql --transaction"
        })
public final class SqlCommand implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(
            index = "0",
            paramLabel = "KEY",
            description = "The instance: user:alice, or catalog")
    private String key = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "STATEMENT",
            description = "One or more statements, separated by ;")
    private @Nullable String statement;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Run the statements of a file, each in a call of its own; - is the input")
    private @Nullable Path file;

    @Option(
            names = "--transaction",
            description = "Run all statements in one transaction: all of them or none")
    private boolean transaction;

    @Option(names = "--json", description = "A JSON object a statement, each on a line")
    private boolean json;

    @Option(names = "--csv", description = "CSV with a line of names; NULL is an empty field")
    private boolean csv;

    @Override
    public Integer call() throws IOException {
        if (statement != null && file != null) {
            throw usage("a statement and --file: only one of them");
        }
        if (json && csv) {
            throw usage("--json and --csv: only one of them");
        }
        var instance = instanceKey();
        try (var connection = client.open()) {
            var session = new Session(new SqlSession(connection, instance));
            if (statement == null && file == null && dev.atoll.cli.terminal.Progress.isScreen()) {
                new Shell(session, format()).run(client.dataFolder());
            } else {
                runAll(session, StatementSplitter.split(text()));
            }
        }
        return ExitCode.OK.number();
    }

    private void runAll(Session session, List<String> statements) {
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        if (statements.isEmpty()) {
            throw usage("there is no statement to run");
        }
        if (transaction) {
            session.transaction(statements).forEach(reply -> out.print(format().write(reply)));
        } else {
            for (var each : statements) {
                out.print(format().write(session.run(each)));
                out.flush();
            }
        }
        out.flush();
    }

    private String text() throws IOException {
        if (statement != null) {
            return statement;
        }
        if (file != null && !file.toString().equals("-")) {
            if (!Files.isReadable(file)) {
                throw usage("--file: '" + file + "' (expected: a file that can be read)");
            }
            return Files.readString(file);
        }
        return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private InstanceKey instanceKey() {
        try {
            return InstanceKey.parse(key);
        } catch (Failure e) {
            throw usage(e.message());
        }
    }

    private Format format() {
        return json ? Format.JSON : csv ? Format.CSV : Format.DRAWN;
    }

    private static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }
}
