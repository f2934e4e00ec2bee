package dev.atoll.node.operations;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Rule;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.schema.TableSql;
import dev.atoll.node.operations.OperationResult.Column;
import dev.atoll.node.rules.CompiledRule;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.node.rules.Times;
import dev.atoll.node.sqlite.SqlValue;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/** A declared table and what statements say of it. Immutable. */
final class DeclaredTable {
    /** The column that is SQLite's own number of a row. */
    static final String ROW_ID = "\"row\".\"rowid\"";

    private final Table table;
    private final SequencedMap<String, Field> fields = new LinkedHashMap<>();
    private final Optional<String> expiry;

    DeclaredTable(Table table) {
        this.table = table;
        table.fields().forEach(field -> fields.put(field.name(), field));
        this.expiry = table.features().ttl();
    }

    Table table() {
        return table;
    }

    String name() {
        return table.name();
    }

    /** All fields by name, in the order of the declaration. */
    SequencedMap<String, Field> fields() {
        return fields;
    }

    Optional<Field> find(String field) {
        return Optional.ofNullable(fields.get(field));
    }

    /** The name of the table in SQL. */
    String quoted() {
        return TableSql.quoted(table.name());
    }

    /** As rules know it. */
    String from() {
        return quoted() + " AS \"" + CompiledRule.ROW + '"';
    }

    static String column(String field) {
        return "\"" + CompiledRule.ROW + "\"." + TableSql.quoted(field);
    }

    static String columns(List<Column> columns) {
        return columns.stream()
                .map(column -> column(column.name()))
                .collect(Collectors.joining(", "));
    }

    /** All columns of a result. */
    List<Column> allColumns() {
        return table.fields().stream().map(Column::of).toList();
    }

    /** The columns that a caller asks for; throws VALIDATION_FAILED. */
    List<Column> columnsOf(List<String> names) {
        if (names.isEmpty()) {
            return allColumns();
        }
        var problems = new LinkedHashMap<String, String>();
        var seen = new HashSet<String>();
        for (var name : names) {
            if (!fields.containsKey(name)) {
                problems.put(
                        Refusals.shortened(name), Refusals.unknown(name, fields.sequencedKeySet()));
            } else if (!seen.add(name)) {
                problems.put(name, "is named twice (expected: once)");
            }
        }
        if (!problems.isEmpty()) {
            throw Refusals.invalid(problems);
        }
        return names.stream().flatMap(name -> find(name).stream()).map(Column::of).toList();
    }

    /**
     * What the caller may do: of rows, as a condition. Throws RULE_DENIED if no row could ever meet
     * it.
     */
    Permission permission(Table.Operation operation, RowCaller caller) {
        var permission = permissionOrNever(operation, caller);
        if (permission instanceof Permission.Never) {
            throw Refusals.denied(operation, name());
        }
        return permission;
    }

    Permission permissionOrNever(Table.Operation operation, RowCaller caller) {
        if (!caller.ruled()) {
            return Permission.ALWAYS;
        }
        var rule = table.access().get(operation);
        if (rule == null && operation == Table.Operation.CHECK) {
            rule = table.access().get(Table.Operation.UPDATE);
        }
        return Optional.ofNullable(rule)
                .map(Rule::compiled)
                .<Permission>map(Permission.If::new)
                .orElse(Permission.NEVER);
    }

    /** Whether rows expire. */
    boolean expires() {
        return expiry.isPresent();
    }

    /** Adds the condition that a row has not expired; {@code 1} where none does. */
    void addLive(Statement statement, RuleContext context) {
        if (expiry.isEmpty()) {
            statement.add("1");
            return;
        }
        var column = column(expiry.get());
        statement.add("(" + column + " IS NULL OR " + column + " > ?)", now(context));
    }

    /** Adds the condition that a row has expired. */
    void addExpired(Statement statement, RuleContext context) {
        statement.add(column(expiry.orElseThrow()) + " <= ?", now(context));
    }

    static SqlValue now(RuleContext context) {
        return SqlValue.of(Times.micros(context.now()));
    }

    /** The indexes in whose fields no two rows have the same values together. */
    SequencedSet<Table.Index> uniques() {
        var uniques = new LinkedHashSet<Table.Index>();
        for (var field : table.fields()) {
            if (field.key().unique()) {
                uniques.add(new Table.Index(List.of(field.name()), true));
            }
        }
        table.indexes().stream().filter(Table.Index::unique).forEach(uniques::add);
        return uniques;
    }

    /** Whether a value of the field is in one row at most. */
    boolean isUnique(Field field) {
        var alone = List.of(field.name());
        return field.key().unique()
                || table.indexes().stream()
                        .anyMatch(
                                index ->
                                        index.unique()
                                                && index.where().isEmpty()
                                                && index.fields().equals(alone));
    }
}
