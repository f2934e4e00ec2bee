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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rules of one table, or of the instances of one namespace, as SQL. Immutable.
 *
 * @param subject what the user asked for, with its namespace
 * @param rules those that there are
 * @param limits of its instances, as they are declared; nothing of a table
 */
record Explanation(String subject, List<RuleExplanation> rules, Map<String, String> limits) {
    private static final int SUGGESTION_DISTANCE_MAX = 3;
    private static final long KIB = 1_024;

    Explanation {
        rules = List.copyOf(rules);
        limits = Collections.unmodifiableMap(new LinkedHashMap<>(limits));
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
                found.add(
                        new Explanation(
                                name, RuleExplanation.of(block), limits(block.upkeep().limits())));
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
                RuleExplanation.of(block, block.find(table).orElseThrow()),
                Map.of());
    }

    private static Map<String, String> limits(Block.Limits limits) {
        var shown = new LinkedHashMap<String, String>();
        limits.sizeBytes().ifPresent(bytes -> shown.put("size", bytes / KIB + "KiB"));
        limits.statementTime()
                .ifPresent(time -> shown.put("statement-time", time.toMillis() + "ms"));
        limits.callsPerSecond()
                .ifPresent(calls -> shown.put("calls-per-second", Integer.toString(calls)));
        return shown;
    }

    String text() {
        var text =
                rules.isEmpty()
                        ? subject + ": no rules: denied to users\n"
                        : rules.stream().map(this::text).collect(Collectors.joining("\n"));
        return limits.isEmpty() ? text : text + "\n" + limitsText();
    }

    private String limitsText() {
        return limits.entrySet().stream()
                .map(limit -> limit.getKey() + " " + limit.getValue())
                .collect(Collectors.joining(", ", subject + " limits: each instance: ", "\n"));
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
        return Json.of(Stream.concat(ruleMaps(), limitMaps()).toList());
    }

    private Stream<Map<String, Object>> limitMaps() {
        return limits.isEmpty()
                ? Stream.of()
                : Stream.of(Map.of("subject", subject, "limits", limits));
    }

    private Stream<Map<String, Object>> ruleMaps() {
        return rules.stream()
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
                        });
    }
}
