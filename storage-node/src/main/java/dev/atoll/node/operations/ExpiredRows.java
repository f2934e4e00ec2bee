package dev.atoll.node.operations;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.operations.Writes.Place;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.sqlite.SqlValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Removes the expired rows whose unique values new ones meet: they are gone already, whether they
 * were deleted yet or not. Others stay: a row that somebody holds on to must not stop a write that
 * does not meet it. What a computed field will be is not known here: any value of one is met.
 * Stateless.
 */
final class ExpiredRows {
    private ExpiredRows() {}

    /**
     * Rows that are changed.
     *
     * @param increments by which fields of theirs grow
     * @param rowIds their numbers in JSON
     */
    record Changed(Map<String, SqlValue> increments, SqlValue rowIds) {}

    /** Makes room for a row of these values; it has no others. */
    static void removeBeforeInsert(Place place, Map<String, SqlValue> values) {
        remove(place, values, Optional.empty());
    }

    /** Makes room for rows that get these values, and keep the others that they have. */
    static void removeBeforeUpdate(Place place, Map<String, SqlValue> values, Changed changed) {
        remove(place, values, Optional.of(changed));
    }

    private static void remove(
            Place place, Map<String, SqlValue> values, Optional<Changed> changed) {
        var table = place.table();
        if (!table.expires()) {
            return;
        }
        var statement = new Statement(table).add("DELETE FROM " + table.from() + " WHERE ");
        table.addExpired(statement, place.caller().context());
        boolean any = false;
        for (var unique : table.uniques()) {
            var met = new Met(table, unique, values, changed);
            if (met.isPossible()) {
                met.add(statement.add(any ? " OR " : " AND ("));
                any = true;
            }
        }
        if (any) {
            statement.add(")").execute(place.tx(), List.of());
        }
    }

    /** That a row has the same values in the fields of a unique index. One thread at a time. */
    private static final class Met {
        private final Table.Index unique;
        private final DeclaredTable table;
        private final Map<String, SqlValue> values;
        private final Optional<Changed> changed;
        private final List<String> written = new ArrayList<>();
        private final List<Field> kept = new ArrayList<>();

        Met(
                DeclaredTable table,
                Table.Index unique,
                Map<String, SqlValue> values,
                Optional<Changed> changed) {
            this.table = table;
            this.unique = unique;
            this.values = values;
            this.changed = changed;
            for (var name : unique.fields()) {
                if (values.containsKey(name)) {
                    written.add(name);
                } else {
                    table.find(name).filter(field -> !field.isComputed()).ifPresent(kept::add);
                }
            }
        }

        /** NULL is like no other NULL, and who writes none of the fields meets nobody new. */
        boolean isPossible() {
            if (written.stream().anyMatch(name -> values.get(name) instanceof SqlValue.Null)) {
                return false;
            }
            return changed.map(this::writes).orElse(kept.isEmpty() && !written.isEmpty());
        }

        private boolean writes(Changed rows) {
            return !written.isEmpty()
                    || kept.stream().anyMatch(field -> rows.increments().containsKey(field.name()));
        }

        void add(Statement statement) {
            statement.add("(1");
            for (var name : written) {
                statement.add(
                        " AND " + DeclaredTable.column(name) + " = ?",
                        values.getOrDefault(name, SqlValue.NULL));
            }
            unique.where().ifPresent(where -> statement.add(" AND (" + where + ")"));
            if (!kept.isEmpty()) {
                changed.ifPresent(rows -> addKept(statement, rows));
            }
            statement.add(")");
        }

        private void addKept(Statement statement, Changed rows) {
            var columns =
                    kept.stream()
                            .map(field -> DeclaredTable.column(field.name()))
                            .collect(Collectors.joining(", ", "(", ")"));
            statement.add(" AND " + columns + " IN (SELECT ");
            for (int i = 0; i < kept.size(); i++) {
                statement.add(i == 0 ? "" : ", ");
                var added = rows.increments().get(kept.get(i).name());
                if (added == null) {
                    statement.add(DeclaredTable.column(kept.get(i).name()));
                } else {
                    statement.add(incremented(kept.get(i)), added);
                }
            }
            // The name of the table means the changed rows in here.
            statement.add(
                    " FROM " + table.from() + " WHERE " + WhereWrites.AMONG + ")", rows.rowIds());
        }
    }

    /** What a field is once it has grown by a parameter. */
    static String incremented(Field field) {
        var zero = field.type() == FieldType.REAL ? "0.0" : "0";
        return "ifnull(" + DeclaredTable.column(field.name()) + ", " + zero + ") + ?";
    }
}
