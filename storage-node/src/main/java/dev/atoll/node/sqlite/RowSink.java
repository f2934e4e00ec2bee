package dev.atoll.node.sqlite;

import java.util.List;

/**
 * Takes the rows of a streamed query as SQLite makes them. Both methods may block to slow the query
 * down, and may throw a {@link dev.atoll.wire.Failure} to end it. Called by the thread that runs
 * the query.
 */
public interface RowSink {
    /** Called once, before the first row. */
    void columns(List<SqlColumn> columns);

    /** Called for each row; the list is the sink's to keep. */
    void row(List<SqlValue> row);
}
