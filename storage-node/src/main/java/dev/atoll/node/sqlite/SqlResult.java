package dev.atoll.node.sqlite;

import java.util.List;

/**
 * What a statement gave back. Immutable: its maker hands the lists over and keeps none.
 *
 * @param columns empty for a statement without a result
 * @param rows each with as many values as there are columns
 * @param changes rows inserted, updated or deleted by the statement itself, not by its triggers
 * @param lastInsertRowid of an INSERT; 0 for any other statement
 */
public record SqlResult(
        List<SqlColumn> columns, List<List<SqlValue>> rows, long changes, long lastInsertRowid) {}
