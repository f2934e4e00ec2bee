package dev.atoll.node.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteOpenMode;
import org.sqlite.core.NativeDB;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * The driver beneath JDBC: opens databases without a JDBC connection for each, which would cost
 * memory and time, and which nothing here would use. Immutable.
 */
final class Driver {
    /** Older ones have a bug that corrupts a database when its WAL is reset. */
    private static final int[] OLDEST_VERSION = {3, 51, 3};

    private static final SQLiteConfig OPEN = config(false);
    private static final SQLiteConfig OPEN_OR_CREATE = config(true);

    /**
     * What the driver asks, after each statement of any database, whether it should add a BEGIN and
     * a COMMIT of its own. It should not: transactions are ours. Nothing else is done with it.
     */
    static final SQLiteConnection OUR_TRANSACTIONS = ourTransactions();

    private Driver() {}

    /** Opens the file, making it if {@code create}; nothing is read or set yet. */
    static NativeDB open(Path file, boolean create) throws SQLException {
        var path = file.toAbsolutePath().toString();
        // A URI: as a plain name, SQLite would take what follows a '?' for options.
        var uri = "file:" + path.replace("%", "%25").replace("?", "%3f").replace("#", "%23");
        var config = create ? OPEN_OR_CREATE : OPEN;
        var database = new NativeDB(uri, uri, config);
        database.open(uri, config.getOpenModeFlags());
        return database;
    }

    /** Opens an empty database in memory, which nobody else sees. */
    static NativeDB openInMemory() throws SQLException {
        var uri = "file::memory:";
        var database = new NativeDB(uri, uri, OPEN_OR_CREATE);
        database.open(uri, OPEN_OR_CREATE.getOpenModeFlags());
        return database;
    }

    private static SQLiteConfig config(boolean create) {
        var config = new SQLiteConfig();
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        config.resetOpenMode(SQLiteOpenMode.FULLMUTEX);
        if (!create) {
            config.resetOpenMode(SQLiteOpenMode.CREATE);
        }
        config.setBusyTimeout(0);
        return config;
    }

    private static SQLiteConnection ourTransactions() {
        var memory = ":memory:";
        try {
            // Loads the native library, too.
            var connection =
                    new JDBC4Connection("jdbc:sqlite:" + memory, memory, OPEN.toProperties());
            connection.getConnectionConfig().setAutoCommit(false);
            checkVersion(connection.libversion());
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException("SQLite cannot be loaded", e);
        }
    }

    private static void checkVersion(String version) {
        var parts = version.split("\\.", -1);
        for (int i = 0; i < OLDEST_VERSION.length; i++) {
            int part = Integer.parseInt(parts[i]);
            if (part != OLDEST_VERSION[i]) {
                if (part > OLDEST_VERSION[i]) {
                    return;
                }
                throw new IllegalStateException(
                        "SQLite: " + version + " (expected: 3.51.3 or newer)");
            }
        }
    }
}
