package dev.atoll.node.operations;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.schema.TableSql;
import dev.atoll.node.operations.Writes.Place;
import dev.atoll.node.sqlite.RowSink;
import dev.atoll.node.sqlite.SqlColumn;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What writes every row that a filter finds, of those that the caller may see and may write: others
 * are not there for it. First the rows are found, then they are written, then the new ones are held
 * to the rule: so nothing that is written changes what is found. Thread-safe.
 */
final class WhereWrites {
    /** Their numbers are kept in memory meanwhile. */
    private static final int ROWS_MAX = 1_000_000;

    /** The numbers of so many rows go to SQLite in one parameter. */
    private static final int ROWS_AT_A_TIME = 10_000;

    /** Rows with these numbers. */
    static final String AMONG = DeclaredTable.ROW_ID + " IN (SELECT \"value\" FROM json_each(?))";

    private final Filters filters;
    private final References references;

    WhereWrites(Filters filters, References references) {
        this.filters = filters;
        this.references = references;
    }

    OperationResult update(Place place, Operation.UpdateWhere update) {
        var table = place.table();
        var read = place.permission(Table.Operation.READ);
        var rule = place.permission(Table.Operation.UPDATE);
        var check = place.permission(Table.Operation.CHECK);
        var changes = FieldValues.ofPatch(table, update.patch());
        var filter = filters.compile(table, update.filter(), place.caller().context());
        if (changes.isEmpty()) {
            return OperationResult.changed(0);
        }
        var found = new Found(incremented(table, changes), changes);
        find(place, List.of(read, rule), filter, found);
        if (found.rowIds.isEmpty()) {
            return OperationResult.changed(0);
        }
        var values = new LinkedHashMap<>(changes.set());
        values.put(Table.UPDATED_AT, place.now());
        for (var rowIds : found.batches()) {
            ExpiredRows.removeBeforeUpdate(
                    place, values, new ExpiredRows.Changed(changes.increments(), rowIds));
        }
        var written = references.check(place, values);
        var set = new ArrayList<String>();
        values.sequencedKeySet().forEach(name -> set.add(TableSql.quoted(name) + " = ?"));
        found.fields.forEach(field -> set.add(increment(field)));
        long changed = 0;
        for (var rowIds : found.batches()) {
            changed +=
                    new Statement(table)
                            .add("UPDATE " + table.from() + " SET " + String.join(", ", set))
                            .add("", values.sequencedValues())
                            .add("", changes.increments().sequencedValues())
                            .add(" WHERE " + AMONG, rowIds)
                            .execute(place.tx(), written)
                            .changes();
        }
        found.batches().forEach(rowIds -> check(place, check, rowIds));
        return OperationResult.changed(changed);
    }

    OperationResult delete(Place place, Operation.DeleteWhere delete) {
        var table = place.table();
        var read = place.permission(Table.Operation.READ);
        var rule = place.permission(Table.Operation.DELETE);
        var filter = filters.compile(table, delete.filter(), place.caller().context());
        var nothing = new FieldValues.Changes(new LinkedHashMap<>(), new LinkedHashMap<>());
        var found = new Found(List.of(), nothing);
        find(place, List.of(read, rule), filter, found);
        long changed = 0;
        for (var rowIds : found.batches()) {
            changed +=
                    new Statement(table)
                            .add("DELETE FROM " + table.from() + " WHERE " + AMONG, rowIds)
                            .execute(place.tx(), List.of())
                            .changes();
        }
        return OperationResult.changed(changed);
    }

    private static List<Field> incremented(DeclaredTable table, FieldValues.Changes changes) {
        return changes.increments().sequencedKeySet().stream()
                .flatMap(name -> table.find(name).stream())
                .toList();
    }

    private static String increment(Field field) {
        return TableSql.quoted(field.name()) + " = " + ExpiredRows.incremented(field);
    }

    private static void find(
            Place place, List<Permission> rules, Filters.Compiled filter, Found found) {
        var table = place.table();
        var statement = new Statement(table).add("SELECT " + DeclaredTable.ROW_ID);
        found.fields.forEach(field -> statement.add(", " + DeclaredTable.column(field.name())));
        statement.add(" FROM " + table.from() + " WHERE ");
        table.addLive(statement, place.caller().context());
        rules.forEach(rule -> statement.and(rule, place.caller().context()));
        statement.and(filter.condition(), filter.context()).stream(place.tx(), found);
    }

    /** Throws RULE_DENIED if a row that was written does not meet the rule. */
    private static void check(Place place, Permission rule, SqlValue rowIds) {
        if (rule instanceof Permission.Always) {
            return;
        }
        var table = place.table();
        var statement =
                new Statement(table)
                        .add("SELECT 1 FROM " + table.from() + " WHERE " + AMONG, rowIds)
                        .add(" AND (")
                        .add(rule, place.caller().context())
                        .add(") IS NOT TRUE LIMIT 1");
        if (!statement.query(place.tx()).rows().isEmpty()) {
            throw Refusals.denied(Table.Operation.CHECK, table.name());
        }
    }

    /**
     * The rows that were found. The sums that increments will make are looked at on the way: SQLite
     * would make a real of what is too large.
     */
    private static final class Found implements RowSink {
        private final List<Field> fields;
        private final FieldValues.Changes changes;
        private final List<Long> rowIds = new ArrayList<>();

        Found(List<Field> fields, FieldValues.Changes changes) {
            this.fields = fields;
            this.changes = changes;
        }

        @Override
        public void columns(List<SqlColumn> columns) {
            // They are those that were asked for.
        }

        @Override
        public void row(List<SqlValue> row) {
            if (rowIds.size() == ROWS_MAX) {
                throw Failure.limitExceeded("rows-at-once", ROWS_MAX, ROWS_MAX + 1L);
            }
            rowIds.add(SqlValue.integer(row.getFirst()));
            for (int i = 0; i < fields.size(); i++) {
                var field = fields.get(i);
                var added = changes.increments().getOrDefault(field.name(), SqlValue.NULL);
                var _ = FieldValues.sum(field, row.get(i + 1), added);
            }
        }

        /** Their numbers as JSON, some thousand at a time. */
        List<SqlValue> batches() {
            var batches = new ArrayList<SqlValue>();
            for (int i = 0; i < rowIds.size(); i += ROWS_AT_A_TIME) {
                var batch = rowIds.subList(i, Math.min(rowIds.size(), i + ROWS_AT_A_TIME));
                batches.add(
                        SqlValue.of(
                                batch.stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(",", "[", "]"))));
            }
            return batches;
        }
    }
}
