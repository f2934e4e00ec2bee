package dev.atoll.node.operations;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.schema.TableSql;
import dev.atoll.node.operations.OperationResult.Column;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.node.sqlite.WriteTransaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * What writes one row. The old row is held to the rules before it is touched; the new one after it
 * was written, in the same transaction, so that they see what computed fields and defaults make of
 * it: if they deny it, the whole transaction is undone. Thread-safe.
 */
final class Writes {
    private static final SqlValue TRUE = SqlValue.of(1);

    private final RowIds ids;
    private final References references;

    Writes(RowIds ids, References references) {
        this.ids = ids;
        this.references = references;
    }

    /** One call: who asks, about which table, in which transaction. */
    record Place(DeclaredTable table, RowCaller caller, WriteTransaction tx) {
        SqlValue now() {
            return DeclaredTable.now(caller.context());
        }

        Permission permission(Table.Operation operation) {
            return table.permission(operation, caller);
        }
    }

    /** A row that is there, as far as a change needs to know it. */
    private record Old(
            SqlValue rowId, SqlValue id, boolean allowed, SequencedMap<String, SqlValue> values) {}

    OperationResult insert(Place place, Operation.Insert insert) {
        var rule = place.permission(Table.Operation.INSERT);
        var values = FieldValues.ofInsert(place.table(), insert.fields());
        return insert(place, values, rule);
    }

    private OperationResult insert(
            Place place, SequencedMap<String, SqlValue> values, Permission rule) {
        var table = place.table();
        values.putIfAbsent(Table.ID, SqlValue.of(ids.next(place.caller().context().now())));
        values.put(Table.CREATED_AT, place.now());
        values.put(Table.UPDATED_AT, place.now());
        ExpiredRows.removeBeforeInsert(place, withDefaults(table, values));
        var written = references.check(place, values);
        var names =
                values.sequencedKeySet().stream()
                        .map(TableSql::quoted)
                        .collect(Collectors.joining(", "));
        var holes = values.values().stream().map(_ -> "?").collect(Collectors.joining(", "));
        var result =
                new Statement(table)
                        .add("INSERT INTO " + table.quoted() + " (" + names + ") VALUES (")
                        .add(holes + ")", values.sequencedValues())
                        .execute(place.tx(), written);
        check(place, SqlValue.of(result.lastInsertRowid()), Table.Operation.INSERT, rule);
        return written(place, values.getOrDefault(Table.ID, SqlValue.NULL), result.changes());
    }

    private static SequencedMap<String, SqlValue> withDefaults(
            DeclaredTable table, Map<String, SqlValue> values) {
        var all = new LinkedHashMap<>(values);
        table.fields()
                .forEach(
                        (name, field) ->
                                field.presence()
                                        .initial()
                                        .ifPresent(initial -> all.putIfAbsent(name, initial)));
        return all;
    }

    OperationResult update(Place place, Operation.Update update) {
        var read = place.permission(Table.Operation.READ);
        var rule = place.permission(Table.Operation.UPDATE);
        var check = place.permission(Table.Operation.CHECK);
        var changes = FieldValues.ofPatch(place.table(), update.patch());
        var old =
                find(
                        place,
                        new Match(Table.ID, SqlValue.of(update.id())),
                        List.of(read, rule),
                        changes.increments().sequencedKeySet().stream().toList());
        if (!old.allowed()) {
            throw Refusals.denied(Table.Operation.UPDATE, place.table().name());
        }
        return change(place, old, changes, check);
    }

    private OperationResult change(
            Place place, Old old, FieldValues.Changes changes, Permission check) {
        if (changes.isEmpty()) {
            return written(place, old.id(), 0);
        }
        var table = place.table();
        var values = new LinkedHashMap<>(changes.set());
        changes.increments()
                .forEach(
                        (name, added) -> {
                            var before = old.values().getOrDefault(name, SqlValue.NULL);
                            table.find(name)
                                    .map(field -> FieldValues.sum(field, before, added))
                                    .ifPresent(sum -> values.put(name, sum));
                        });
        values.put(Table.UPDATED_AT, place.now());
        var rowId = SqlValue.of("[" + SqlValue.integer(old.rowId()) + "]");
        ExpiredRows.removeBeforeUpdate(place, values, new ExpiredRows.Changed(Map.of(), rowId));
        var written = references.check(place, values);
        var set =
                values.sequencedKeySet().stream()
                        .map(name -> TableSql.quoted(name) + " = ?")
                        .collect(Collectors.joining(", "));
        var result =
                new Statement(table)
                        .add("UPDATE " + table.from() + " SET " + set, values.sequencedValues())
                        .add(" WHERE " + DeclaredTable.ROW_ID + " = ?", old.rowId())
                        .execute(place.tx(), written);
        check(place, old.rowId(), Table.Operation.CHECK, check);
        return written(place, old.id(), result.changes());
    }

    OperationResult upsert(Place place, Operation.Upsert upsert) {
        var table = place.table();
        var insertRule = table.permissionOrNever(Table.Operation.INSERT, place.caller());
        var updateRule = table.permissionOrNever(Table.Operation.UPDATE, place.caller());
        if (insertRule instanceof Permission.Never && updateRule instanceof Permission.Never) {
            throw Refusals.denied(Table.Operation.INSERT, table.name());
        }
        var conflict = conflictField(table, upsert);
        var values = FieldValues.ofUpsert(table, upsert.fields());
        var key = values.getOrDefault(conflict.name(), SqlValue.NULL);
        if (key instanceof SqlValue.Null) {
            throw Refusals.invalid(
                    "conflict_field", conflict.name() + " has no value (expected: one)");
        }
        var read = table.permissionOrNever(Table.Operation.READ, place.caller());
        var found =
                findAny(
                        place,
                        new Match(conflict.name(), key),
                        List.of(read, updateRule),
                        List.of());
        if (found.isEmpty()) {
            if (insertRule instanceof Permission.Never) {
                throw Refusals.denied(Table.Operation.INSERT, table.name());
            }
            FieldValues.checkComplete(table, values);
            return insert(place, values, insertRule);
        }
        var old = found.get();
        // Also where the row is hidden: an insert would tell that it is there.
        if (!old.visible() || !old.row().allowed()) {
            throw Refusals.denied(Table.Operation.UPDATE, table.name());
        }
        values.remove(conflict.name());
        var id = values.remove(Table.ID);
        if (id != null && !id.equals(old.row().id())) {
            throw Refusals.invalid(Table.ID, "it never changes (expected: that of the row)");
        }
        var check = table.permissionOrNever(Table.Operation.CHECK, place.caller());
        return change(
                place, old.row(), new FieldValues.Changes(values, new LinkedHashMap<>()), check);
    }

    private static Field conflictField(DeclaredTable table, Operation.Upsert upsert) {
        var name = upsert.conflictField().isEmpty() ? Table.ID : upsert.conflictField();
        var field = table.find(name);
        if (field.isEmpty()) {
            throw Refusals.invalid(
                    "conflict_field",
                    "'"
                            + Refusals.shortened(name)
                            + "': "
                            + Refusals.unknown(name, table.fields().sequencedKeySet()));
        }
        if (!table.isUnique(field.get())) {
            throw Refusals.invalid("conflict_field", name + " (expected: a unique field)");
        }
        return field.get();
    }

    OperationResult delete(Place place, Operation.Delete delete) {
        var read = place.permission(Table.Operation.READ);
        var rule = place.permission(Table.Operation.DELETE);
        var table = place.table();
        var old =
                find(
                        place,
                        new Match(Table.ID, SqlValue.of(delete.id())),
                        List.of(read, rule),
                        List.of());
        if (!old.allowed()) {
            throw Refusals.denied(Table.Operation.DELETE, table.name());
        }
        var result =
                new Statement(table)
                        .add("DELETE FROM " + table.from())
                        .add(" WHERE " + DeclaredTable.ROW_ID + " = ?", old.rowId())
                        .execute(place.tx(), List.of());
        return OperationResult.changed(result.changes());
    }

    /** By which value of which field a row is looked for. */
    private record Match(String field, SqlValue value) {}

    private record Found(Old row, boolean visible) {}

    /** The row that the caller may see; throws ROW_NOT_FOUND if there is none. */
    private static Old find(
            Place place, Match match, List<Permission> readAndRule, List<String> fields) {
        return findAny(place, match, readAndRule, fields)
                .filter(Found::visible)
                .map(Found::row)
                .orElseThrow(() -> Refusals.noRow(place.table().name()));
    }

    private static Optional<Found> findAny(
            Place place, Match match, List<Permission> readAndRule, List<String> fields) {
        var table = place.table();
        var statement =
                new Statement(table)
                        .add("SELECT " + DeclaredTable.ROW_ID)
                        .add(", " + DeclaredTable.column(Table.ID));
        for (var permission : readAndRule) {
            statement.add(", ").add(permission, place.caller().context());
        }
        fields.forEach(field -> statement.add(", " + DeclaredTable.column(field)));
        statement
                .add(" FROM " + table.from() + " WHERE ")
                .add(DeclaredTable.column(match.field()) + " = ? AND ", match.value());
        table.addLive(statement, place.caller().context());
        var rows = statement.query(place.tx()).rows();
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        var row = rows.getFirst();
        var values = new LinkedHashMap<String, SqlValue>();
        for (int i = 0; i < fields.size(); i++) {
            values.put(fields.get(i), row.get(2 + readAndRule.size() + i));
        }
        return Optional.of(
                new Found(
                        new Old(row.get(0), row.get(1), row.get(3).equals(TRUE), values),
                        row.get(2).equals(TRUE)));
    }

    /** Throws RULE_DENIED if the row that was written is not what the rule says. */
    private static void check(
            Place place, SqlValue rowId, Table.Operation operation, Permission rule) {
        if (rule instanceof Permission.Always) {
            return;
        }
        var table = place.table();
        var statement =
                new Statement(table)
                        .add("SELECT 1 FROM " + table.from())
                        .add(" WHERE " + DeclaredTable.ROW_ID + " = ?", rowId)
                        .and(rule, place.caller().context());
        if (statement.query(place.tx()).rows().isEmpty()) {
            throw Refusals.denied(operation, table.name());
        }
    }

    /** The id of the row, and no more: remembered replies are small. */
    private static OperationResult written(Place place, SqlValue id, long changes) {
        var column = place.table().find(Table.ID).map(Column::of).stream().toList();
        return new OperationResult(column, List.of(List.of(id)), changes, 0, "");
    }
}
