package dev.atoll.cli.admin;

import dev.atoll.cli.connect.Connection;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Json;
import dev.atoll.cli.terminal.Progress;
import dev.atoll.cli.terminal.Table;
import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ApplyConfigResponse;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Applies the file that declares namespaces, and shows its versions. One thread at a time. */
@Command(
        name = "config",
        description = "Apply the file that declares namespaces, and show its versions.")
public final class ConfigCommand {
    @Spec private @Nullable CommandSpec spec;

    @Command(
            name = "apply",
            description =
                    "Show what a file would change, ask, and make it the current version. Changes that"
                            + " lose data are marked with '!'.")
    int apply(
            @Mixin AnswerOptions answer,
            @Parameters(paramLabel = "FILE") Path file,
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
                        .setYaml(read(file))
                        .setAllowDestructive(allowDestructive);
        try (var connection = answer.client().open()) {
            var shown = call(connection, request.setDryRun(true).build());
            answer.printLine(difference(shown), out());
            if (dryRun) {
                answer.printForPrograms(json(shown), out());
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
            answer.printForPrograms(json(applied), out());
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
            name = "show",
            description =
                    "Print the text of a version: './atoll config show 3 > FILE' and './atoll config"
                            + " apply FILE' make it current again.")
    int show(
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

    private static ApplyConfigResponse call(Connection connection, ApplyConfigRequest request) {
        return connection.config(stub -> stub.applyConfig(request));
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new CommandException(
                    ExitCode.USAGE, file + ": not UTF-8 (expected: a YAML file in UTF-8)");
        }
    }

    private static String difference(ApplyConfigResponse shown) {
        var lines = new ArrayList<String>();
        lines.add(
                shown.getComparedWith() == 0
                        ? "the first version:"
                        : "compared with version " + shown.getComparedWith() + ":");
        var destructive = new HashSet<>(shown.getDestructiveList());
        for (var change : shown.getChangesList()) {
            lines.add((destructive.contains(change) ? "! " : "  ") + change);
        }
        if (shown.getChangesCount() == 0) {
            lines.add("  nothing that is declared changes");
        }
        shown.getWarningsList().forEach(warning -> lines.add("  warning: " + warning));
        return String.join("\n", lines);
    }

    private static String json(ApplyConfigResponse response) {
        var map = new LinkedHashMap<String, Object>();
        map.put("version", response.getVersion());
        map.put("comparedWith", response.getComparedWith());
        map.put("changes", response.getChangesList());
        map.put("destructive", response.getDestructiveList());
        map.put("warnings", response.getWarningsList());
        return Json.of(map);
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
}
