package dev.atoll.node.sqlite;

import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * Gives functions to databases that have no JDBC connection.
 *
 * <p>The driver takes a function from a JDBC connection only: it asks that one for its database,
 * once, keeps what it was told in the function, and registers it there. Whenever the function is
 * called, it asks the connection again, but only whether it has a database at all. So one
 * connection stands in for all: to the thread that adds a function it names the database that is
 * meant, and at any other time its own, an empty one in memory, which stays open as long as the
 * process runs.
 *
 * <p>SQLite holds the function, by a reference that its destructor drops: closing the database ends
 * it. Nothing here remembers a database. Thread-safe.
 */
final class FunctionDoor extends JDBC4Connection {
    private static final ThreadLocal<@Nullable DB> MEANT = new ThreadLocal<>();
    private static final FunctionDoor DOOR = open();

    private FunctionDoor() throws SQLException {
        super("jdbc:sqlite::memory:", ":memory:", new Properties());
    }

    private static FunctionDoor open() {
        try {
            return new FunctionDoor();
        } catch (SQLException e) {
            throw new IllegalStateException("SQLite cannot be loaded", e);
        }
    }

    /** Adds a function of two arguments; it lasts as long as the database is open. */
    static void add(DB database, String name, TextFunction function) throws SQLException {
        MEANT.set(database);
        try {
            Function.create(
                    DOOR, name, new TextFunction.Call(function), 2, TextFunction.Call.FLAGS);
        } finally {
            MEANT.remove();
        }
    }

    @Override
    public DB getDatabase() {
        // Also called while the driver sets this connection up, when nothing is meant.
        var meant = MEANT.get();
        return meant == null ? super.getDatabase() : meant;
    }
}
