package dev.atoll.node.operations;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.operations.OperationResult.Column;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Failure;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The order of a list: fields, and at last the id, which decides between equals in the direction of
 * the field before it, as indexes have it. NULL comes before every value. Immutable.
 *
 * <p>What comes after a row is not one condition but a few, each of which an index serves: with the
 * order {@code a, b desc} and {@code (1, 2, 'x')} for the row,
 *
 * <pre>
 * a = 1 AND b = 2 AND id < 'x'
 * a = 1 AND b < 2                then    a = 1 AND b IS NULL
 * a > 1
 * </pre>
 *
 * Asked one after another they give the rows in order; an OR of them would have SQLite sort.
 */
record Order(List<Key> keys) {
    private static final int KEYS_MAX = 8;

    Order {
        keys = List.copyOf(keys);
    }

    /** One field of an order. */
    record Key(Field field, boolean descending) {
        String column() {
            return DeclaredTable.column(field.name());
        }

        boolean nullable() {
            return !field.presence().required();
        }
    }

    /** One part of what comes after a row. */
    record Part(String condition, List<SqlValue> values) {
        static final Part ALL = new Part("1", List.of());

        Part {
            values = List.copyOf(values);
        }
    }

    /** Reads {@code n desc, title}; throws VALIDATION_FAILED. */
    static Order parse(String text, DeclaredTable table) {
        var keys = new ArrayList<Key>();
        var seen = new HashSet<String>();
        var terms = text.isBlank() ? List.<String>of() : List.of(text.split(",", -1));
        if (terms.size() > KEYS_MAX) {
            throw invalid(terms.size() + " fields (expected: at most " + KEYS_MAX + ")");
        }
        for (var term : terms) {
            var key = key(term.strip(), table);
            if (!seen.add(key.field().name())) {
                throw invalid(key.field().name() + " is there twice");
            }
            keys.add(key);
            if (key.field().name().equals(Table.ID)) {
                // No two rows have the same.
                return new Order(keys);
            }
        }
        boolean descending = !keys.isEmpty() && keys.getLast().descending();
        table.find(Table.ID).ifPresent(id -> keys.add(new Key(id, descending)));
        return new Order(keys);
    }

    private static Key key(String term, DeclaredTable table) {
        var words = term.split("\\s+", -1);
        boolean ascending = words.length == 2 && words[1].equalsIgnoreCase("asc");
        boolean descending = words.length == 2 && words[1].equalsIgnoreCase("desc");
        if (words.length > 2 || (words.length == 2 && !ascending && !descending)) {
            throw invalid(
                    "'" + Refusals.shortened(term) + "' (expected: a field, then asc or desc)");
        }
        var field = table.find(words[0]);
        if (field.isEmpty()) {
            throw invalid(
                    "'"
                            + Refusals.shortened(words[0])
                            + "': "
                            + Refusals.unknown(words[0], table.fields().sequencedKeySet()));
        }
        var type = field.get().type();
        if (type == FieldType.JSON || type == FieldType.BLOB) {
            throw invalid(words[0] + " is " + type.word() + ", which has no order");
        }
        return new Key(field.get(), descending);
    }

    private static Failure invalid(String problem) {
        return Refusals.invalid("order_by", problem);
    }

    /** After ORDER BY. */
    String sql() {
        return keys.stream()
                .map(key -> key.column() + (key.descending() ? " DESC" : ""))
                .collect(Collectors.joining(", "));
    }

    /** What else is read of a row, behind those columns, so that its place is known. */
    String columnsBeside(List<Column> columns) {
        return keys.stream()
                .filter(key -> indexOf(key, columns) < 0)
                .map(key -> ", " + key.column())
                .collect(Collectors.joining());
    }

    /** The values that say where a row stands which was read so. */
    List<SqlValue> place(List<SqlValue> row, List<Column> columns) {
        var values = new ArrayList<SqlValue>();
        int beside = columns.size();
        for (var key : keys) {
            int index = indexOf(key, columns);
            values.add(row.get(index < 0 ? beside++ : index));
        }
        return values;
    }

    private static int indexOf(Key key, List<Column> columns) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(key.field().name())) {
                return i;
            }
        }
        return -1;
    }

    /** What comes after the row with those values, in order. */
    List<Part> after(List<SqlValue> position) {
        var parts = new ArrayList<Part>();
        for (int i = keys.size() - 1; i >= 0; i--) {
            var equal = new StringBuilder();
            var values = new ArrayList<SqlValue>();
            for (int j = 0; j < i; j++) {
                var value = position.get(j);
                boolean isNull = value instanceof SqlValue.Null;
                equal.append(keys.get(j).column())
                        .append(isNull ? " IS NULL" : " = " + hole(keys.get(j), value))
                        .append(" AND ");
                if (!isNull) {
                    values.add(value);
                }
            }
            beyond(keys.get(i), position.get(i), equal.toString(), values, parts);
        }
        return parts;
    }

    private static void beyond(
            Key key, SqlValue value, String equal, List<SqlValue> values, List<Part> parts) {
        boolean isNull = value instanceof SqlValue.Null;
        if (isNull) {
            if (!key.descending()) {
                parts.add(new Part(equal + key.column() + " IS NOT NULL", values));
            }
            return;
        }
        var more = new ArrayList<>(values);
        more.add(value);
        var comparison = key.descending() ? " < " : " > ";
        parts.add(new Part(equal + key.column() + comparison + hole(key, value), more));
        if (key.descending() && key.nullable()) {
            parts.add(new Part(equal + key.column() + " IS NULL", values));
        }
    }

    /** A text that is not valid UTF-8 leaves SQLite as a blob, and has to be a text again. */
    private static String hole(Key key, SqlValue value) {
        return value instanceof SqlValue.Blob && key.field().type() == FieldType.TEXT
                ? "CAST(? AS TEXT)"
                : "?";
    }
}
