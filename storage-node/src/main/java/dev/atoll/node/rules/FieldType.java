package dev.atoll.node.rules;

import java.util.Locale;

/** The type of a declared field, a declared claim, or an argument. */
public enum FieldType {
    /** Text, compared by code point. */
    TEXT,
    /** A 64-bit signed integer. */
    INTEGER,
    /** An IEEE 754 double. */
    REAL,
    /** True or false; stored as 1 or 0. */
    BOOLEAN,
    /** A moment; stored as microseconds since 1970-01-01 UTC. */
    DATETIME,
    /** A JSON document; stored as text that is valid JSON. */
    JSON,
    /** Bytes. */
    BLOB;

    /** As a file and a message write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
