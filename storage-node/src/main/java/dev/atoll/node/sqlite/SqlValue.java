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

    // Static: were there methods of the interface itself, two threads that load it and NULL could
    // wait for each other.

    /** The integer that a value is. Throws IllegalStateException if it is something else. */
    static long integer(SqlValue value) {
        if (value instanceof Integer64(long integer)) {
            return integer;
        }
        throw unexpected(value, "an integer");
    }

    /** The text that a value is. Throws IllegalStateException if it is something else. */
    static String text(SqlValue value) {
        if (value instanceof Text(String text)) {
            return text;
        }
        throw unexpected(value, "text");
    }

    /** The bytes that a value is. Throws IllegalStateException if it is something else. */
    static ByteString blob(SqlValue value) {
        if (value instanceof Blob(ByteString bytes)) {
            return bytes;
        }
        throw unexpected(value, "a blob");
    }

    /** Without the value itself, which may be anybody's. */
    private static IllegalStateException unexpected(SqlValue value, String expected) {
        var found =
                switch (value) {
                    case Null() -> "NULL";
                    case Integer64 _ -> "an integer";
                    case Real _ -> "a real";
                    case Text _ -> "text";
                    case Blob _ -> "a blob";
                };
        return new IllegalStateException("value: " + found + " (expected: " + expected + ")");
    }
}
