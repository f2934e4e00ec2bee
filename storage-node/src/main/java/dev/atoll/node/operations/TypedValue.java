package dev.atoll.node.operations;

import com.google.protobuf.ByteString;
import dev.atoll.node.rules.Argument;
import dev.atoll.node.rules.Dynamic;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.Times;
import dev.atoll.node.sqlite.SqlValue;
import java.time.Instant;

/**
 * A value as a caller sent it. Immutable.
 *
 * @param type what the caller says it is; of no meaning for NULL
 * @param value as SQL has it
 */
public record TypedValue(FieldType type, SqlValue value) {
    /** No value. */
    public static final TypedValue NULL = new TypedValue(FieldType.TEXT, SqlValue.NULL);

    public static TypedValue of(String text) {
        return new TypedValue(FieldType.TEXT, SqlValue.of(text));
    }

    public static TypedValue of(long integer) {
        return new TypedValue(FieldType.INTEGER, SqlValue.of(integer));
    }

    public static TypedValue of(double real) {
        return new TypedValue(FieldType.REAL, SqlValue.of(real));
    }

    public static TypedValue of(boolean bool) {
        return new TypedValue(FieldType.BOOLEAN, SqlValue.of(bool ? 1 : 0));
    }

    public static TypedValue of(Instant moment) {
        return new TypedValue(FieldType.DATETIME, SqlValue.of(Times.micros(moment)));
    }

    public static TypedValue of(ByteString blob) {
        return new TypedValue(FieldType.BLOB, SqlValue.of(blob));
    }

    /** A JSON document, as text; whether it is one is looked at later. */
    public static TypedValue json(String document) {
        return new TypedValue(FieldType.JSON, SqlValue.of(document));
    }

    boolean isNull() {
        return value instanceof SqlValue.Null;
    }

    /** As an argument of a filter; throws {@link IllegalArgumentException} if it is no JSON. */
    Argument argument() {
        if (isNull()) {
            return Argument.NULL;
        }
        return type == FieldType.JSON && value instanceof SqlValue.Text(String document)
                ? Argument.of(Dynamic.ofJson(document))
                : new Argument.Scalar(type, value);
    }

    /** What a message calls it. */
    String word() {
        return isNull() ? "null" : type.word();
    }
}
