package dev.atoll.node.blocks;

import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.Patterns;
import dev.atoll.node.sqlite.SqlValue;
import java.util.Optional;

/** Holds values against what a field says they may be. Immutable. */
public final class Ranges {
    private static final int SHOWN_MAX = 64;

    private Ranges() {}

    /** What is wrong with a value of the field's type. */
    public static Optional<String> problem(SqlValue value, FieldType type, Field.Range range) {
        var measured = measured(value, type);
        if (range.min().isPresent() && compare(measured, range.min().get()) < 0) {
            return Optional.of(
                    shown(measured) + " (expected: at least " + shown(range.min().get()) + ")");
        }
        if (range.max().isPresent() && compare(measured, range.max().get()) > 0) {
            return Optional.of(
                    shown(measured) + " (expected: at most " + shown(range.max().get()) + ")");
        }
        if (value instanceof SqlValue.Text(String text)) {
            if (!range.words().isEmpty() && !range.words().contains(text)) {
                return Optional.of(
                        "'"
                                + shortened(text)
                                + "' (expected: one of "
                                + shortened(String.join(", ", range.words()))
                                + ")");
            }
            var pattern = range.pattern();
            if (pattern.isPresent() && !Boolean.TRUE.equals(Patterns.find(text, pattern.get()))) {
                return Optional.of("'" + shortened(text) + "' (expected: " + pattern.get() + ")");
            }
        }
        return Optional.empty();
    }

    /** A message may repeat so much of what somebody sent. */
    private static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= SHOWN_MAX
                ? text
                : text.substring(0, text.offsetByCodePoints(0, SHOWN_MAX)) + "…";
    }

    /** Of a text, how many characters it has. */
    private static SqlValue measured(SqlValue value, FieldType type) {
        return type == FieldType.TEXT && value instanceof SqlValue.Text(String text)
                ? SqlValue.of(text.codePointCount(0, text.length()))
                : value;
    }

    /** Of two integers, or two reals. */
    public static int compare(SqlValue a, SqlValue b) {
        if (a instanceof SqlValue.Integer64(long left)
                && b instanceof SqlValue.Integer64(long right)) {
            return Long.compare(left, right);
        }
        return a instanceof SqlValue.Real(double left) && b instanceof SqlValue.Real(double right)
                ? Double.compare(left, right)
                : 0;
    }

    private static String shown(SqlValue value) {
        return switch (value) {
            case SqlValue.Integer64(long number) -> Long.toString(number);
            case SqlValue.Real(double number) -> Double.toString(number);
            case SqlValue.Text(String text) -> text;
            case SqlValue.Null _ -> "null";
            case SqlValue.Blob _ -> "a blob";
        };
    }
}
