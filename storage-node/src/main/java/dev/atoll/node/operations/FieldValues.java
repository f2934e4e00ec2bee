package dev.atoll.node.operations;

import com.google.protobuf.ByteString;
import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Ranges;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.Dynamic;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.Times;
import dev.atoll.node.sqlite.SqlValue;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;

/**
 * Holds what a caller wants to write against what is declared, and notes all that is wrong. One
 * thread at a time.
 */
final class FieldValues {
    private static final int ID_BYTES_MAX = 256;

    /** Up to here every integer is a real. */
    private static final long REAL_INTEGER_MAX = 1L << 53;

    private final DeclaredTable table;
    private final SequencedMap<String, String> problems = new LinkedHashMap<>();

    private FieldValues(DeclaredTable table) {
        this.table = table;
    }

    /** Of a new row; throws VALIDATION_FAILED with every field that is wrong. */
    static SequencedMap<String, SqlValue> ofInsert(
            DeclaredTable table, Map<String, TypedValue> given) {
        var values = new FieldValues(table);
        var found = values.written(given, true);
        values.checkComplete(found);
        values.throwProblems();
        return found;
    }

    /** Of a row that is perhaps there: what is missing is not looked at. */
    static SequencedMap<String, SqlValue> ofUpsert(
            DeclaredTable table, Map<String, TypedValue> given) {
        var values = new FieldValues(table);
        var found = values.written(given, true);
        values.throwProblems();
        return found;
    }

    /** Throws VALIDATION_FAILED if a new row with those values lacks some. */
    static void checkComplete(DeclaredTable table, Map<String, SqlValue> found) {
        var values = new FieldValues(table);
        values.checkComplete(found);
        values.throwProblems();
    }

    /**
     * What a change writes.
     *
     * @param set the new values by field
     * @param increments what is added by field
     */
    record Changes(SequencedMap<String, SqlValue> set, SequencedMap<String, SqlValue> increments) {
        boolean isEmpty() {
            return set.isEmpty() && increments.isEmpty();
        }
    }

    /** Of a change; throws VALIDATION_FAILED with every field that is wrong. */
    static Changes ofPatch(DeclaredTable table, Patch patch) {
        var values = new FieldValues(table);
        var set = values.written(patch.set(), false);
        values.clear(patch, set);
        var increments = values.increments(patch);
        values.throwProblems();
        return new Changes(set, increments);
    }

    private SequencedMap<String, SqlValue> written(Map<String, TypedValue> given, boolean withId) {
        var values = new LinkedHashMap<String, SqlValue>();
        for (var field : table.fields().values()) {
            var value = given.get(field.name());
            if (value != null && mayWrite(field, withId)) {
                check(field, value, values);
            }
        }
        noteUnknown(given.keySet());
        return values;
    }

    private boolean mayWrite(Field field, boolean withId) {
        if (field.isComputed()) {
            problems.put(field.name(), "it is computed (expected: no value)");
            return false;
        }
        var problem =
                switch (field.name()) {
                    case Table.CREATED_AT, Table.UPDATED_AT ->
                            "the node sets it (expected: no value)";
                    case Table.ID -> withId ? "" : "it never changes (expected: no value)";
                    default -> "";
                };
        if (!problem.isEmpty()) {
            problems.put(field.name(), problem);
        }
        return problem.isEmpty();
    }

    private void noteUnknown(Iterable<String> names) {
        var sorted = new TreeSet<String>();
        names.forEach(sorted::add);
        for (var name : sorted) {
            if (!table.fields().containsKey(name)) {
                problems.put(
                        Refusals.shortened(name),
                        Refusals.unknown(name, table.fields().sequencedKeySet()));
            }
        }
    }

    private void check(Field field, TypedValue given, Map<String, SqlValue> values) {
        if (given.isNull()) {
            if (field.presence().required()) {
                problems.put(field.name(), "null (expected: a value, which is required)");
            } else {
                values.put(field.name(), SqlValue.NULL);
            }
            return;
        }
        try {
            var value = converted(field, given);
            Ranges.problem(value, field.type(), field.range())
                    .ifPresentOrElse(
                            problem -> problems.put(field.name(), problem),
                            () -> values.put(field.name(), value));
        } catch (IllegalArgumentException e) {
            problems.put(field.name(), String.valueOf(e.getMessage()));
        }
    }

    /** As the column has it; throws {@link IllegalArgumentException}. */
    private static SqlValue converted(Field field, TypedValue given) {
        boolean integerForReal =
                field.type() == FieldType.REAL && given.type() == FieldType.INTEGER;
        if (given.type() != field.type() && !integerForReal) {
            throw new IllegalArgumentException(
                    given.word() + " (expected: " + field.type().word() + ")");
        }
        return switch (given.value()) {
            case SqlValue.Text(String text) -> text(field, text);
            case SqlValue.Integer64(long integer) -> integer(field, integer);
            case SqlValue.Real(double real) -> real(real);
            case SqlValue.Blob(ByteString bytes) -> SqlValue.of(bytes);
            case SqlValue.Null _ -> SqlValue.NULL;
        };
    }

    private static SqlValue text(Field field, String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
                throw new IllegalArgumentException("half a surrogate pair (expected: text)");
            }
        }
        if (field.type() == FieldType.JSON) {
            // The reader would pass over it, and SQLite would not.
            if (text.startsWith("\uFEFF")) {
                throw new IllegalArgumentException("json: a byte order mark (expected: none)");
            }
            var _ = Dynamic.ofJson(text);
        } else if (field.name().equals(Table.ID)) {
            checkId(text);
        }
        return SqlValue.of(text);
    }

    private static void checkId(String id) {
        int bytes = id.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > ID_BYTES_MAX) {
            throw new IllegalArgumentException(
                    bytes + " bytes (expected: 1 to " + ID_BYTES_MAX + ")");
        }
        if (id.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a control character (expected: none)");
        }
    }

    private static SqlValue integer(Field field, long integer) {
        return switch (field.type()) {
            case REAL -> {
                if (Math.abs(integer) > REAL_INTEGER_MAX || integer == Long.MIN_VALUE) {
                    throw new IllegalArgumentException(
                            integer + " (expected: a number that real can hold)");
                }
                yield SqlValue.of((double) integer);
            }
            case DATETIME -> {
                if (!Times.isMoment(integer)) {
                    throw new IllegalArgumentException(
                            integer + " microseconds (expected: the years 1 to 9999)");
                }
                yield SqlValue.of(integer);
            }
            case TEXT, INTEGER, BOOLEAN, JSON, BLOB -> SqlValue.of(integer);
        };
    }

    private static SqlValue real(double real) {
        if (Double.isNaN(real)) {
            throw new IllegalArgumentException("not a number (expected: a number)");
        }
        return SqlValue.of(real);
    }

    private void checkComplete(Map<String, SqlValue> found) {
        for (var field : table.fields().values()) {
            boolean automatic = Table.AUTOMATIC.contains(field);
            if (field.presence().required()
                    && field.presence().initial().isEmpty()
                    && !automatic
                    && !found.containsKey(field.name())) {
                problems.putIfAbsent(field.name(), "it is required (expected: a value)");
            }
        }
    }

    private void clear(Patch patch, Map<String, SqlValue> set) {
        for (var name : patch.clear()) {
            var field = table.find(name);
            if (field.isEmpty()) {
                noteUnknown(List.of(name));
            } else if (patch.set().containsKey(name)) {
                problems.put(name, "both set and cleared (expected: one of them)");
            } else if (mayWrite(field.get(), false)) {
                check(field.get(), TypedValue.NULL, set);
            }
        }
    }

    private SequencedMap<String, SqlValue> increments(Patch patch) {
        var increments = new LinkedHashMap<String, SqlValue>();
        for (var field : table.fields().values()) {
            var given = patch.increment().get(field.name());
            if (given == null) {
                continue;
            }
            if (patch.set().containsKey(field.name()) || patch.clear().contains(field.name())) {
                problems.put(field.name(), "both set and incremented (expected: one of them)");
            } else if (mayWrite(field, false)) {
                increment(field, given, increments);
            }
        }
        noteUnknown(patch.increment().keySet());
        return increments;
    }

    private void increment(Field field, TypedValue given, Map<String, SqlValue> increments) {
        if (field.type() != FieldType.INTEGER && field.type() != FieldType.REAL) {
            problems.put(
                    field.name(),
                    "an increment of " + field.type().word() + " (expected: integer or real)");
        } else if (given.isNull()) {
            problems.put(field.name(), "an increment of null (expected: a number)");
        } else {
            try {
                increments.put(field.name(), converted(field, given));
            } catch (IllegalArgumentException e) {
                problems.put(field.name(), String.valueOf(e.getMessage()));
            }
        }
    }

    /** The sum that an increment makes; throws VALIDATION_FAILED if the field may not be that. */
    static SqlValue sum(Field field, SqlValue old, SqlValue added) {
        var sum = sum(old, added);
        var problem =
                sum instanceof SqlValue.Null
                        ? "the sum is over what "
                                + field.type().word()
                                + " can hold (expected: less)"
                        : Ranges.problem(sum, field.type(), field.range()).orElse("");
        if (!problem.isEmpty()) {
            throw Refusals.invalid(field.name(), problem);
        }
        return sum;
    }

    /** NULL if there is none. */
    private static SqlValue sum(SqlValue old, SqlValue added) {
        if (old instanceof SqlValue.Null) {
            return added;
        }
        if (old instanceof SqlValue.Integer64(long a)
                && added instanceof SqlValue.Integer64(long b)) {
            long sum = a + b;
            boolean over = ((a ^ sum) & (b ^ sum)) < 0;
            return over ? SqlValue.NULL : SqlValue.of(sum);
        }
        if (old instanceof SqlValue.Real(double a) && added instanceof SqlValue.Real(double b)) {
            return Double.isNaN(a + b) ? SqlValue.NULL : SqlValue.of(a + b);
        }
        throw new IllegalStateException("a column holds no number of its type");
    }

    private void throwProblems() {
        if (!problems.isEmpty()) {
            throw Refusals.invalid(problems);
        }
    }
}
