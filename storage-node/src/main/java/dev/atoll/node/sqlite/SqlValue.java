package dev.atoll.node.sqlite;

import com.google.protobuf.ByteString;

/** One value of one of SQLite's five storage classes. Immutable. */
public sealed interface SqlValue {
    /** NULL. */
    SqlValue NULL = new Null();

    /** NULL; use {@link #NULL}. */
    record Null() implements SqlValue {}

    /** A 64-bit signed integer. */
    record Integer64(long value) implements SqlValue {}

    /** A double. Bound as a parameter, not-a-number becomes NULL. */
    record Real(double value) implements SqlValue {}

    /** Text; may hold NUL. */
    record Text(String value) implements SqlValue {}

    /** Bytes; also what text that is not valid UTF-8 leaves as. */
    record Blob(ByteString value) implements SqlValue {}

    static SqlValue of(long value) {
        return new Integer64(value);
    }

    static SqlValue of(double value) {
        return new Real(value);
    }

    static SqlValue of(String value) {
        return new Text(value);
    }

    static SqlValue of(ByteString value) {
        return new Blob(value);
    }
}
