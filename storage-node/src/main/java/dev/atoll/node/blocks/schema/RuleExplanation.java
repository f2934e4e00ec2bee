package dev.atoll.node.blocks.schema;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.Rule;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.CompiledRule;
import dev.atoll.node.rules.Parameter;
import dev.atoll.node.rules.Patterns;
import dev.atoll.node.sqlite.ScratchDatabase;
import dev.atoll.node.sqlite.SqlValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A rule in SQL, and how SQLite finds the rows that it allows. Immutable.
 *
 * @param operation what it is the rule of: {@code read}
 * @param rule itself
 * @param plan the lines of SQLite's query plan, on tables without rows
 * @param findings what the plan means
 */
public record RuleExplanation(
        String operation, Rule rule, List<String> plan, List<Finding> findings) {
    public RuleExplanation {
        plan = List.copyOf(plan);
        findings = List.copyOf(findings);
    }

    /**
     * What a line of a plan means.
     *
     * @param indexed whether an index serves it
     * @param text in words
     */
    public record Finding(boolean indexed, String text) {}

    /** Of a table's rules, in the order of their operations. */
    public static List<RuleExplanation> of(Block block, Table table) {
        try (var scratch = scratch(block)) {
            var explained = new ArrayList<RuleExplanation>();
            for (var operation : Table.Operation.values()) {
                var rule = table.access().get(operation);
                if (rule != null) {
                    explained.add(
                            switch (operation) {
                                case READ, UPDATE, DELETE -> list(operation, rule, table, scratch);
                                case INSERT, CHECK -> one(operation, rule, table, scratch);
                            });
                }
            }
            return explained;
        }
    }

    /** Of the rules of instances. */
    public static List<RuleExplanation> of(Block block) {
        try (var scratch = scratch(block)) {
            return block.access().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(
                            entry ->
                                    explain(
                                            entry.getKey(),
                                            entry.getValue(),
                                            "SELECT 1 WHERE ("
                                                    + entry.getValue().compiled().sql()
                                                    + ")",
                                            scratch))
                    .toList();
        }
    }

    private static ScratchDatabase scratch(Block block) {
        var scratch = ScratchDatabase.open();
        scratch.need(CompiledRule.MATCHES, Patterns::find);
        block.tables().forEach(table -> scratch.runAll(TableSql.create(table)));
        return scratch;
    }

    /** Of many rows: which are there for the caller. */
    private static RuleExplanation list(
            Table.Operation operation, Rule rule, Table table, ScratchDatabase scratch) {
        return explain(operation, rule, select(table) + "(" + rule.compiled().sql() + ")", scratch);
    }

    /** Of one row, which has just been written. */
    private static RuleExplanation one(
            Table.Operation operation, Rule rule, Table table, ScratchDatabase scratch) {
        var sql = select(table) + "\"row\".\"id\" = '' AND (" + rule.compiled().sql() + ")";
        return explain(operation, rule, sql, scratch);
    }

    private static String select(Table table) {
        return "SELECT * FROM "
                + TableSql.quoted(table.name())
                + " AS "
                + TableSql.quoted(CompiledRule.ROW)
                + " WHERE ";
    }

    private static RuleExplanation explain(
            Enum<?> operation, Rule rule, String sql, ScratchDatabase scratch) {
        List<SqlValue> unknown =
                Collections.nCopies(rule.compiled().parameters().size(), SqlValue.NULL);
        var plan = new ArrayList<String>();
        for (var row : scratch.query("EXPLAIN QUERY PLAN " + sql, unknown)) {
            if (row.getLast() instanceof SqlValue.Text(String line)) {
                plan.add(line);
            }
        }
        var findings = plan.stream().flatMap(line -> finding(line, rule).stream()).toList();
        return new RuleExplanation(operation.name().toLowerCase(Locale.ROOT), rule, plan, findings);
    }

    private static List<Finding> finding(String line, Rule rule) {
        if (line.startsWith("SCAN json_each") || line.contains("VIRTUAL TABLE INDEX")) {
            return List.of();
        }
        if (line.startsWith("SEARCH ")) {
            return List.of(new Finding(true, line));
        }
        if (line.startsWith("SCAN row") && !rule.compiled().sql().contains("\"row\".")) {
            return List.of(
                    new Finding(true, "asks nothing of a row: it is the same for all of them"));
        }
        if (line.startsWith("SCAN ") && !line.equals("SCAN CONSTANT ROW")) {
            return List.of(new Finding(false, line + ": every row is looked at"));
        }
        return List.of();
    }

    /** What is bound for the question marks, in their order. */
    public List<String> parameters() {
        return rule.compiled().parameters().stream().map(Parameter::description).toList();
    }
}
