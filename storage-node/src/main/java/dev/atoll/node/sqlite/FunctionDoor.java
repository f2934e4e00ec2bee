package dev.atoll.node.sqlite;

import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * Gives functions to databases that have no JDBC connection. The driver takes a function from a
 * connection only, and asks that one for its database: this one answers with the database that is
 * meant, and has an empty one in memory otherwise. Thread-safe.
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

    /** The function lasts as long as the database is open. */
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
        var meant = MEANT.get();
        return meant == null ? super.getDatabase() : meant;
    }
}
