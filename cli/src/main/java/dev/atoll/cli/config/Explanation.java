package dev.atoll.cli.config;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Json;
import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.blocks.schema.RuleExplanation;
import dev.atoll.process.Nearest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The rules of one table, or of the instances of one namespace, as SQL. Immutable.
 *
 * @param subject what the user asked for, with its namespace
 * @param rules those that there are
 */
record Explanation(String subject, List<RuleExplanation> rules) {
    private static final int SUGGESTION_DISTANCE_MAX = 3;

    Explanation {
        rules = List.copyOf(rules);
    }

    static Explanation of(Path file, String name) throws IOException {
        return find(ReadableFile.blocks(file), name);
    }

    private static Explanation find(BlockFile file, String name) {
        var found = new ArrayList<Explanation>();
        var names = new ArrayList<String>();
        for (var block : file.blocks()) {
            names.add(block.name());
            if (block.name().equals(name)) {
                found.add(new Explanation(name, RuleExplanation.of(block)));
            }
            for (var table : block.tables()) {
                var whole = block.name() + "." + table.name();
                names.add(whole);
                names.add(table.name());
                if (name.equals(whole) || name.equals(table.name())) {
                    found.add(explained(block, table.name()));
                }
            }
        }
        if (found.size() > 1) {
            throw new CommandException(
                    ExitCode.USAGE,
                    name
                            + ": more than one: "
                            + found.stream()
                                    .map(Explanation::subject)
                                    .collect(Collectors.joining(", ")));
        }
        if (found.isEmpty()) {
            throw new CommandException(
                    ExitCode.NOT_FOUND,
                    "there is no table or namespace '"
                            + name
                            + "'"
                            + Nearest.of(name, names, SUGGESTION_DISTANCE_MAX)
                                    .map(near -> " (did you mean '" + near + "'?)")
                                    .orElse(""));
        }
        return found.getFirst();
    }

    private static Explanation explained(Block block, String table) {
        return new Explanation(
                block.name() + "." + table,
                RuleExplanation.of(block, block.find(table).orElseThrow()));
    }

    String text() {
        if (rules.isEmpty()) {
            return subject + ": no rules: denied to users\n";
        }
        return rules.stream().map(this::text).collect(Collectors.joining("\n"));
    }

    private String text(RuleExplanation explained) {
        var text = new StringBuilder();
        text.append(subject)
                .append(' ')
                .append(explained.operation())
                .append(": ")
                .append(explained.rule().text().strip().replaceAll("\\s*\\R\\s*", " "))
                .append('\n');
        text.append("  SQL:   ").append(explained.rule().compiled().sql()).append('\n');
        var parameters = explained.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            text.append("  ?").append(i + 1).append(":    ").append(parameters.get(i)).append('\n');
        }
        for (var finding : explained.findings()) {
            text.append(finding.indexed() ? "  index: " : "  SLOW:  ")
                    .append(finding.text())
                    .append('\n');
        }
        return text.toString();
    }

    String json() {
        return Json.of(
                rules.stream()
                        .map(
                                explained -> {
                                    Map<String, Object> map = new LinkedHashMap<>();
                                    map.put("subject", subject);
                                    map.put("operation", explained.operation());
                                    map.put("rule", explained.rule().text());
                                    map.put("sql", explained.rule().compiled().sql());
                                    map.put("parameters", explained.parameters());
                                    map.put("plan", explained.plan());
                                    map.put(
                                            "indexed",
                                            explained.findings().stream()
                                                    .allMatch(RuleExplanation.Finding::indexed));
                                    return map;
                                })
                        .toList());
    }
}
