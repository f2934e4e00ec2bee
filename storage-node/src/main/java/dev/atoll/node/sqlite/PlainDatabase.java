package dev.atoll.node.sqlite;

import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A small SQLite file for the node's own use: no statement checks, no limits, every change durable.
 * Thread-safe: one call at a time.
 */
public final class PlainDatabase implements AutoCloseable {
    private PlainDatabase() {}

    /** Opens the file, or makes it. Throws CORRUPTION, naming the file, if it is damaged. */
    public static PlainDatabase open(Path file) {
        Pending.check();
        throw Pending.raise();
    }

    /** Runs one statement; on its own it is a transaction. */
    public SqlResult run(String sql, SqlValue... parameters) {
        Pending.check();
        throw Pending.raise();
    }

    /** Runs the work in one transaction, undone if it throws. Not nested. */
    public <T> T transaction(Supplier<T> work) {
        Pending.check();
        throw Pending.raise();
    }

    @Override
    public void close() {
        Pending.check();
        throw Pending.raise();
    }
}
