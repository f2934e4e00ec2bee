package dev.atoll.node.rules;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What names mean at one place of an expression, and which new rows it decides on. The variable of
 * an {@code exists} hides what had its name. Immutable.
 */
final class Variables {
    /** All that some rule or filter has. */
    static final Set<String> NAMES = Set.of("auth", "row", "instance", "now", "tables", "args");

    /** What a name means. */
    sealed interface Meaning {
        /** A row of a table, under an alias in SQL. */
        record Row(RuleTable table, String alias) implements Meaning {}

        record Tables() implements Meaning {}

        record Auth() implements Meaning {}

        record Instance() implements Meaning {}

        record Now() implements Meaning {}

        /** The arguments and their types. */
        record Arguments(Map<String, FieldType> types) implements Meaning {}
    }

    private final Map<String, Meaning> meanings;

    /** The table whose new rows are decided on; empty if it is about others. */
    private final String addsTo;

    private Variables(Map<String, Meaning> meanings, String addsTo) {
        this.meanings = meanings;
        this.addsTo = addsTo;
    }

    static Variables of(RuleScope scope, Map<String, RuleTable> tables) {
        var meanings = new HashMap<String, Meaning>();
        meanings.put("now", new Meaning.Now());
        switch (scope) {
            case RuleScope.TableRule(String table, boolean _) -> {
                meanings.put("row", row(table, tables));
                meanings.put("tables", new Meaning.Tables());
                putCaller(meanings);
            }
            case RuleScope.InstanceRule() -> {
                meanings.put("tables", new Meaning.Tables());
                putCaller(meanings);
            }
            case RuleScope.CreateRule() -> putCaller(meanings);
            case RuleScope.Filter(String table, Map<String, FieldType> arguments) -> {
                meanings.put("row", row(table, tables));
                meanings.put("args", new Meaning.Arguments(arguments));
            }
        }
        return new Variables(meanings, tableOfNewRows(scope));
    }

    private static String tableOfNewRows(RuleScope scope) {
        return scope instanceof RuleScope.TableRule(String table, boolean ofNew) && ofNew
                ? table
                : "";
    }

    private static void putCaller(Map<String, Meaning> meanings) {
        meanings.put("auth", new Meaning.Auth());
        meanings.put("instance", new Meaning.Instance());
    }

    private static Meaning row(String table, Map<String, RuleTable> tables) {
        var declared = tables.get(table);
        if (declared == null) {
            throw new IllegalArgumentException(
                    "table: " + table + " (expected: one of the schema)");
        }
        return new Meaning.Row(declared, CompiledRule.ROW);
    }

    Variables with(String name, RuleTable table, String alias) {
        var more = new HashMap<>(meanings);
        more.put(name, new Meaning.Row(table, alias));
        return new Variables(more, addsTo);
    }

    /** Whether the rule is asked while a row that may be refused is in that table. */
    boolean addsTo(RuleTable table) {
        return table.name().equals(addsTo);
    }

    Optional<Meaning> find(String name) {
        return Optional.ofNullable(meanings.get(name));
    }

    Map<String, Meaning> all() {
        return Map.copyOf(meanings);
    }
}
