package dev.atoll.cli.config;

import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Json;
import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.blocks.file.FileProblem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at block files, which declare namespaces. One thread at a time. */
@Command(name = "config", description = "Look at block files, which declare namespaces.")
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
