package dev.atoll.node.rules;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.SqlValue;
import java.time.Instant;

/** A value that comes with a filter. Immutable. */
public sealed interface Argument {
    /** No value: every comparison with it is unknown. */
    Argument NULL = new Document(Dynamic.NULL);

    FieldType type();

    /** A value of a type that columns have. */
    record Scalar(FieldType type, SqlValue value) implements Argument {}

    /** A JSON document. */
    record Document(Dynamic value) implements Argument {
        @Override
        public FieldType type() {
            return FieldType.JSON;
        }
    }

    static Argument of(String value) {
        return new Scalar(FieldType.TEXT, SqlValue.of(value));
    }

    static Argument of(long value) {
        return new Scalar(FieldType.INTEGER, SqlValue.of(value));
    }

    static Argument of(double value) {
        return new Scalar(FieldType.REAL, SqlValue.of(value));
    }

    static Argument of(boolean value) {
        return new Scalar(FieldType.BOOLEAN, SqlValue.of(value ? 1 : 0));
    }

    static Argument of(Instant value) {
        return new Scalar(FieldType.DATETIME, SqlValue.of(Times.micros(value)));
    }

    static Argument of(ByteString value) {
        return new Scalar(FieldType.BLOB, SqlValue.of(value));
    }

    static Argument of(Dynamic value) {
        return new Document(value);
    }
}
