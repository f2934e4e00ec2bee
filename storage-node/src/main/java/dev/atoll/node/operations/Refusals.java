package dev.atoll.node.operations;

import dev.atoll.node.blocks.Table;
import dev.atoll.process.Nearest;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.Collection;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What callers are told when an operation does not work. None of it says anything of a row that
 * rules hide, but what uniqueness and references tell by themselves. Immutable.
 */
final class Refusals {
    /** A status travels in headers, which are small. */
    private static final int PROBLEMS_MAX = 16;

    private static final int PROBLEM_LENGTH_MAX = 200;
    private static final int NAME_LENGTH_MAX = 64;
    private static final int DISTANCE_MAX = 3;

    /** SQLite's words for a statement that does not fit the tables there are. */
    private static final Pattern OTHER_TABLES =
            Pattern.compile(
                    "no such (table|column|index|view|trigger): |has no column named |foreign key"
                            + " mismatch|malformed database schema|generated column |because it is"
                            + " a view|ON CONFLICT clause does not match any");

    private Refusals() {}

    /** The caller's rules do not allow it. */
    static Failure denied(Table.Operation operation, String table) {
        return Failure.of(
                        Reason.RULE_DENIED,
                        "the rules do not allow to "
                                + operation.name().toLowerCase(Locale.ROOT)
                                + " this in "
                                + table)
                .with("table", table)
                .with("rule", operation.name().toLowerCase(Locale.ROOT));
    }

    static Failure noTable(String table) {
        return Failure.of(Reason.TABLE_NOT_FOUND, "there is no table '" + shortened(table) + "'")
                .with("table", shortened(table));
    }

    static Failure noRow(String table) {
        return Failure.of(Reason.ROW_NOT_FOUND, "there is no such row in " + table)
                .with("table", table);
    }

    /** One thing of an operation is wrong. */
    static Failure invalid(String what, String problem) {
        return Failure.of(Reason.VALIDATION_FAILED, what + ": " + brief(problem))
                .with("field", what);
    }

    /** Values of fields are wrong: all of them, each with what is wrong with it. */
    static Failure invalid(SequencedMap<String, String> problems) {
        var shown =
                problems.entrySet().stream()
                        .limit(PROBLEMS_MAX)
                        .map(entry -> named(entry.getKey()) + brief(entry.getValue()))
                        .toList();
        int rest = problems.size() - shown.size();
        var failure =
                Failure.of(
                                Reason.VALIDATION_FAILED,
                                String.join("; ", shown)
                                        + (rest > 0 ? "; and " + rest + " more" : ""))
                        .with(
                                "fields",
                                problems.sequencedKeySet().stream()
                                        .limit(PROBLEMS_MAX)
                                        .collect(Collectors.joining(", ")));
        return problems.size() == 1
                ? failure.with("field", problems.firstEntry().getKey())
                : failure;
    }

    private static String named(String field) {
        return field.isEmpty() ? "" : field + ": ";
    }

    /** A field that there is not. */
    static String unknown(String name, Collection<String> names) {
        if (name.isEmpty()) {
            return "an empty name (expected: the name of a field)";
        }
        var near =
                name.length() > NAME_LENGTH_MAX
                        ? ""
                        : Nearest.of(name, names, Math.min(DISTANCE_MAX, (name.length() + 1) / 2))
                                .map(right -> " (did you mean '" + right + "'?)")
                                .orElse("");
        return "there is no such field" + near;
    }

    /** What a caller said, short enough to be repeated. */
    static String shortened(String text) {
        return shortened(text, NAME_LENGTH_MAX);
    }

    /** A problem, which is perhaps about something long. */
    static String brief(String problem) {
        return shortened(problem, PROBLEM_LENGTH_MAX);
    }

    private static String shortened(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max;
        return text.substring(0, end) + "…";
    }

    /**
     * What an error of a statement of ours means: the tables are not those that are declared, or
     * some row is in the way. What else SQLite does not take of it is of what the caller asked.
     *
     * @param references the fields that were written and refer to other rows
     */
    static Failure ofStatement(Failure failure, String table, Collection<String> references) {
        return switch (failure.reason()) {
            case SQL_ERROR ->
                    OTHER_TABLES.matcher(failure.message()).find()
                            ? Failure.of(
                                    Reason.MIGRATION_FAILED,
                                    "this instance does not have the tables as they are declared,"
                                            + " and "
                                            + table
                                            + " is one that differs: "
                                            + failure.message())
                            : failure;
            case UNIQUE_VIOLATION -> {
                var fields = failure.details().getOrDefault("columns", "");
                yield fields.isEmpty()
                        ? failure
                        : Failure.of(
                                        Reason.UNIQUE_VIOLATION,
                                        fields + ": there is such a row already in " + table)
                                .with("table", table)
                                .with("field", fields);
            }
            case CONSTRAINT_VIOLATION -> constraint(failure, table, references);
            default -> failure;
        };
    }

    private static Failure constraint(
            Failure failure, String table, Collection<String> references) {
        if ("FOREIGN KEY".equals(failure.details().get("constraint"))) {
            return references.isEmpty()
                    ? Failure.of(
                                    Reason.CONSTRAINT_VIOLATION,
                                    "other rows refer to what would be gone of " + table)
                            .with("constraint", "FOREIGN KEY")
                            .with("table", table)
                    : noTarget(String.join(", ", references), table);
        }
        var columns = failure.details().get("columns");
        return columns == null ? failure : failure.with("field", columns);
    }

    /** A field refers to a row that there is not. */
    static Failure noTarget(String fields, String table) {
        return Failure.of(
                        Reason.CONSTRAINT_VIOLATION,
                        fields + ": there is no row that it could refer to")
                .with("constraint", "FOREIGN KEY")
                .with("table", table)
                .with("field", fields);
    }
}
