package dev.atoll.cli.config;

import dev.atoll.cli.connect.AnswerOptions;
import dev.atoll.cli.connect.Connection;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Json;
import dev.atoll.cli.terminal.Progress;
import dev.atoll.cli.terminal.Table;
import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.blocks.file.FileProblem;
import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ApplyConfigResponse;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.proto.v1.GetMigrationStatusRequest;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import dev.atoll.proto.v1.PauseMigrationRequest;
import dev.atoll.proto.v1.ResumeMigrationRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at block files, which declare namespaces, and applies them. One thread at a time. */
@Command(
        name = "config",
        description = "Look at block files, which declare namespaces, and apply them.")
public final class ConfigCommand {
    @Spec private @Nullable CommandSpec spec;

    @Command(
            name = "check",
            description =
                    "Print every problem of a block file with its line and column, and what deserves a"
                            + " look. Exit code 1 if it has problems.")
    int check(
            @Parameters(paramLabel = "FILE", description = "The block file") Path file,
            @Option(names = "--json", description = "Print JSON") boolean json)
            throws IOException {
        var out = out();
        var result = BlockFile.read(ReadableFile.text(file));
        switch (result) {
            case BlockFile.Result.Right(BlockFile right) -> {
                if (json) {
                    out.println(json(List.of(), right.warnings()));
                } else {
                    right.warnings().forEach(warning -> print(file, "warning: ", warning, out));
                    int tables =
                            right.blocks().stream().mapToInt(block -> block.tables().size()).sum();
                    out.println(
                            file
                                    + ": no problems; namespaces: "
                                    + right.blocks().size()
                                    + ", tables: "
                                    + tables);
                }
            }
            case BlockFile.Result.Wrong(List<FileProblem> problems) -> {
                if (json) {
                    out.println(json(problems, List.of()));
                } else {
                    problems.forEach(problem -> print(file, "", problem, out));
                }
            }
        }
        out.flush();
        boolean wrong = result instanceof BlockFile.Result.Wrong;
        return (wrong ? ExitCode.FAILURE : ExitCode.OK).number();
    }

    @Command(
            name = "explain",
            description =
                    "Print the SQL of each rule of a table, or of a namespace, and whether an index"
                            + " serves it.")
    int explain(
            @Parameters(paramLabel = "FILE", description = "The block file") Path file,
            @Parameters(
                            paramLabel = "TABLE",
                            description =
                                    "A table (invoices, or workspace.invoices where several have the"
                                            + " name), or a namespace")
                    String table,
            @Option(names = "--json", description = "Print JSON") boolean json)
            throws IOException {
        var explanation = Explanation.of(file, table);
        var out = out();
        out.print(json ? explanation.json() + "\n" : explanation.text());
        out.flush();
        return ExitCode.OK.number();
    }

    @Command(
            name = "schema",
            description =
                    "Print the JSON Schema of block files, by which editors complete and check.")
    int schema() {
        var out = out();
        out.print(BlockFile.jsonSchema());
        out.flush();
        return ExitCode.OK.number();
    }

    @Command(
            name = "apply",
            description =
                    "Show what a file would change, ask, and make it the current version. Changes that"
                            + " lose data are marked with '!', those that some instances may not"
                            + " take with '?'.")
    int apply(
            @Mixin AnswerOptions answer,
            @Parameters(paramLabel = "FILE", description = "The block file") Path file,
            @Option(names = "--yes", description = "Do not ask") boolean yes,
            @Option(
                            names = "--allow-destructive",
                            description = "Apply changes that lose data, too")
                    boolean allowDestructive,
            @Option(names = "--dry-run", description = "Show what it would change, no more")
                    boolean dryRun)
            throws IOException {
        var request =
                ApplyConfigRequest.newBuilder()
                        .setYaml(ReadableFile.text(file))
                        .setAllowDestructive(allowDestructive);
        try (var connection = answer.client().open()) {
            var shown = call(connection, request.setDryRun(true).build());
            answer.printLine(Difference.text(shown), out());
            if (dryRun) {
                answer.printForPrograms(Difference.json(shown), out());
                return ExitCode.OK.number();
            }
            if (shown.getDestructiveCount() > 0 && !allowDestructive) {
                throw new CommandException(
                        ExitCode.CONFLICT,
                        shown.getDestructiveCount()
                                + " of the changes lose data (expected: none, or --allow-destructive)");
            }
            if (!yes) {
                ask();
            }
            // What was shown is what is applied: not where another was applied meanwhile.
            var applied =
                    call(
                            connection,
                            request.setDryRun(false)
                                    .setExpectVersion(shown.getComparedWith())
                                    .build());
            answer.printLine("version " + applied.getVersion() + " is current", out());
            answer.printForPrograms(Difference.json(applied), out());
        }
        return ExitCode.OK.number();
    }

    @Command(
            name = "versions",
            description = "List the versions that are kept, newest first: the first is current.")
    int versions(@Mixin AnswerOptions answer) throws IOException {
        var rows = new ArrayList<List<@Nullable Object>>();
        try (var connection = answer.client().open()) {
            var versions =
                    connection.config(
                            stub ->
                                    stub.listConfigVersions(
                                            ListConfigVersionsRequest.getDefaultInstance()));
            for (var version : versions.getVersionsList()) {
                var at = version.getAppliedAt();
                rows.add(
                        List.of(
                                version.getVersion(),
                                Instant.ofEpochSecond(at.getSeconds(), at.getNanos()).toString(),
                                version.getAppliedBy(),
                                version.getSizeBytes(),
                                version.getSha256()));
            }
        }
        answer.print(
                new Table(List.of("version", "applied", "by", "bytes", "sha256"), rows), out());
        return ExitCode.OK.number();
    }

    @Command(
            name = "get",
            description =
                    "Print the text of a version: './atoll config get 3 > FILE' and './atoll config"
                            + " apply FILE' make it current again.")
    int get(
            @Mixin AnswerOptions answer,
            @Parameters(
                            paramLabel = "VERSION",
                            arity = "0..1",
                            defaultValue = "0",
                            description = "The current one if not given")
                    long version)
            throws IOException {
        try (var connection = answer.client().open()) {
            var request = GetConfigRequest.newBuilder().setVersion(version).build();
            var shown = connection.config(stub -> stub.getConfig(request));
            if (shown.getVersion() == 0) {
                throw new CommandException(
                        ExitCode.NOT_FOUND, "no version was applied yet: see ./atoll config apply");
            }
            answer.print(
                    new Table(
                            List.of("version", "yaml"),
                            List.of(List.of(shown.getVersion(), shown.getYaml()))),
                    shown.getYaml(),
                    out());
        }
        return ExitCode.OK.number();
    }

    @Command(
            name = "status",
            description =
                    "Show how many instances are at which version, over all nodes, and which could not"
                            + " be brought to the declared schema. Exit code 1 if a node did not"
                            + " answer.")
    int status(@Mixin AnswerOptions answer) throws IOException {
        try (var connection = answer.client().open()) {
            var status =
                    connection.config(
                            stub ->
                                    stub.getMigrationStatus(
                                            GetMigrationStatusRequest.getDefaultInstance()));
            answer.printLine(MigrationText.text(status), out());
            answer.printForPrograms(MigrationText.json(status), out());
            return (status.getUnavailableNodesCount() == 0 ? ExitCode.OK : ExitCode.FAILURE)
                    .number();
        }
    }

    @Command(
            name = "pause",
            description =
                    "Stop bringing sleeping instances to the declared schema, on every node, until"
                            + " './atoll config resume'. Those that are called are brought there all"
                            + " the same.")
    int pause(@Mixin AnswerOptions answer) throws IOException {
        try (var connection = answer.client().open()) {
            var _ =
                    connection.config(
                            stub ->
                                    stub.pauseMigration(
                                            PauseMigrationRequest.getDefaultInstance()));
            answer.printLine("the migration of sleeping instances is paused", out());
            answer.printForPrograms(Json.of(Map.of("paused", true)), out());
        }
        return ExitCode.OK.number();
    }

    @Command(name = "resume", description = "Let the migration of sleeping instances go on.")
    int resume(@Mixin AnswerOptions answer) throws IOException {
        try (var connection = answer.client().open()) {
            var _ =
                    connection.config(
                            stub ->
                                    stub.resumeMigration(
                                            ResumeMigrationRequest.getDefaultInstance()));
            answer.printLine("the migration of sleeping instances goes on", out());
            answer.printForPrograms(Json.of(Map.of("paused", false)), out());
        }
        return ExitCode.OK.number();
    }

    private static ApplyConfigResponse call(Connection connection, ApplyConfigRequest request) {
        return connection.config(stub -> stub.applyConfig(request));
    }

    private static void ask() {
        if (!Progress.isScreen()) {
            throw new CommandException(
                    ExitCode.USAGE, "nobody can be asked here (expected: --yes, or --dry-run)");
        }
        var console = Objects.requireNonNull(System.console());
        var said = console.readLine("Apply this? [y/N] ");
        if (said == null || !said.strip().matches("(?i)y|yes")) {
            throw new CommandException(ExitCode.FAILURE, "nothing was applied");
        }
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private static void print(Path file, String kind, FileProblem problem, PrintWriter out) {
        boolean placed = problem.line() != Integer.MAX_VALUE;
        out.println(
                file
                        + (placed ? ":" + problem.line() + ":" + problem.column() : "")
                        + ": "
                        + kind
                        + problem.text());
    }

    private static String json(List<FileProblem> problems, List<FileProblem> warnings) {
        var map = new LinkedHashMap<String, Object>();
        map.put("problems", problems.stream().map(ConfigCommand::asMap).toList());
        map.put("warnings", warnings.stream().map(ConfigCommand::asMap).toList());
        return Json.of(map);
    }

    private static Map<String, Object> asMap(FileProblem problem) {
        var map = new LinkedHashMap<String, Object>();
        map.put("line", problem.line());
        map.put("column", problem.column());
        map.put("text", problem.text());
        return map;
    }
}
