package dev.atoll.cli.codegen;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.sqlite.SqlValue;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the declaration says of a field, in a line for people. Immutable. */
final class FieldNote {
    private FieldNote() {}

    static String of(Table table, Field field) {
        return switch (field.name()) {
            case Table.ID -> "names the row: a UUIDv7, unless another is given";
            case Table.CREATED_AT -> "when the row was made; set by the node";
            case Table.UPDATED_AT -> "when the row was changed last; set by the node";
            default -> String.join("; ", parts(table, field));
        };
    }

    private static List<String> parts(Table table, Field field) {
        var parts = new ArrayList<String>();
        parts.add(field.type().word());
        field.presence().computed().ifPresent(expression -> parts.add("computed: " + expression));
        var unit = field.type() == FieldType.TEXT ? " characters" : "";
        field.range().min().ifPresent(min -> parts.add("at least " + shown(min, field) + unit));
        field.range().max().ifPresent(max -> parts.add("at most " + shown(max, field) + unit));
        field.range().pattern().ifPresent(pattern -> parts.add("matches " + pattern));
        if (!field.range().words().isEmpty()) {
            parts.add("one of: " + String.join(", ", field.range().words()));
        }
        if (field.key().unique()) {
            parts.add("unique");
        }
        field.key()
                .reference()
                .ifPresent(
                        reference ->
                                parts.add(
                                        "references "
                                                + reference.table()
                                                + "."
                                                + reference.field()));
        field.presence()
                .initial()
                .ifPresent(value -> parts.add("default: " + initial(value, field)));
        if (table.features().ttl().equals(Optional.of(field.name()))) {
            parts.add("the row is gone after it");
        }
        return parts;
    }

    private static String initial(SqlValue value, Field field) {
        return field.type() == FieldType.BOOLEAN
                ? Boolean.toString(value.equals(SqlValue.of(1)))
                : shown(value, field);
    }

    private static String shown(SqlValue value, Field field) {
        return switch (value) {
            case SqlValue.Integer64(long micros) when field.type() == FieldType.DATETIME ->
                    Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
            case SqlValue.Integer64(long number) -> Long.toString(number);
            case SqlValue.Real(double number) -> Double.toString(number);
            case SqlValue.Text(String text) -> text;
            case SqlValue.Null _ -> "null";
            case SqlValue.Blob _ -> throw new IllegalStateException("no field says it of blobs");
        };
    }

    /** Whether a new row may go without a value. */
    static boolean mayBeLeftOut(Field field) {
        return Table.AUTOMATIC.contains(field)
                || !field.presence().required()
                || field.presence().initial().isPresent();
    }

    /** Whether callers give a new row a value of it. */
    static boolean isWritten(Field field) {
        return !field.isComputed()
                && !field.name().equals(Table.CREATED_AT)
                && !field.name().equals(Table.UPDATED_AT);
    }
}
