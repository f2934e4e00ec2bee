package dev.atoll.node.sqlite;

/** The kinds of statement that callers may run. */
enum StatementKind {
    SELECT,
    INSERT,
    UPDATE,
    DELETE,
    /** CREATE, DROP, ALTER. */
    SCHEMA,
    /** ANALYZE and REINDEX. */
    MAINTENANCE,
    READING_PRAGMA,
    WRITING_PRAGMA;

    boolean isPragma() {
        return this == READING_PRAGMA || this == WRITING_PRAGMA;
    }

    /** Whether it counts the rows it changes. */
    boolean changesRows() {
        return this == INSERT || this == UPDATE || this == DELETE;
    }
}
