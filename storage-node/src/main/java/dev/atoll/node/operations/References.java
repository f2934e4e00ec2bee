package dev.atoll.node.operations;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.sqlite.SqlValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Looks after references to other rows. SQLite holds them, but does not say which one leads
 * nowhere: so where it could be several, they are looked up before. Thread-safe.
 */
final class References {
    private final Function<String, DeclaredTable> tables;

    References(Function<String, DeclaredTable> tables) {
        this.tables = tables;
    }

    /**
     * The fields among the values that refer to other rows. Throws CONSTRAINT_VIOLATION if one is
     * known to lead nowhere, or to a row that has expired.
     */
    List<String> check(Writes.Place place, Map<String, SqlValue> values) {
        var written = new ArrayList<Field>();
        for (var field : place.table().fields().values()) {
            var value = values.get(field.name());
            if (field.key().reference().isPresent()
                    && value != null
                    && !(value instanceof SqlValue.Null)) {
                written.add(field);
            }
        }
        for (var field : written) {
            field.key()
                    .reference()
                    .filter(
                            reference ->
                                    written.size() > 1 || tables.apply(reference.table()).expires())
                    .ifPresent(reference -> check(place, field, reference, values));
        }
        return written.stream().map(Field::name).toList();
    }

    private void check(
            Writes.Place place,
            Field field,
            Field.Reference reference,
            Map<String, SqlValue> values) {
        var value = values.getOrDefault(field.name(), SqlValue.NULL);
        boolean itself =
                reference.table().equals(place.table().name())
                        && value.equals(values.get(reference.field()));
        if (itself) {
            return;
        }
        var target = tables.apply(reference.table());
        var statement =
                new Statement(target)
                        .add("SELECT 1 FROM " + target.from() + " WHERE ")
                        .add(DeclaredTable.column(reference.field()) + " = ? AND ", value);
        target.addLive(statement, place.caller().context());
        if (statement.query(place.tx()).rows().isEmpty()) {
            throw Refusals.noTarget(field.name(), place.table().name());
        }
    }
}
