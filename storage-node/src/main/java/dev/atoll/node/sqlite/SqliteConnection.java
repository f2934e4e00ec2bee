package dev.atoll.node.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;
import org.sqlite.SQLiteOpenMode;
import org.sqlite.core.Codes;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * The one connection to a database file, set up as the node needs it. One thread at a time.
 *
 * <p>Its {@code run} and {@code number} are for the node's own statements: a handful of texts, each
 * prepared once and kept, those of every call at hand.
 */
final class SqliteConnection implements AutoCloseable {
    /** Older ones have a bug that corrupts a database when its WAL is reset. */
    private static final int[] OLDEST_VERSION = {3, 51, 3};

    /**
     * In this order. Each is read back: SQLite ignores what it does not know.
     *
     * <p>Exclusive locking comes before all, since the others may read the file: so the WAL index
     * is kept in memory, and not in a third file; recursive triggers, or REPLACE would leave stale
     * entries in a full-text index that triggers feed; temporary data in files, or one sort could
     * take gigabytes of memory.
     */
    private static final List<String[]> PRAGMAS =
            List.of(
                    new String[] {"locking_mode", "exclusive"},
                    new String[] {"cache_size", "-512"},
                    new String[] {"auto_vacuum", "0"},
                    new String[] {"synchronous", "2"},
                    new String[] {"journal_mode", "wal"},
                    new String[] {"wal_autocheckpoint", "1000"},
                    new String[] {"journal_size_limit", "16777216"},
                    new String[] {"mmap_size", "0"},
                    new String[] {"trusted_schema", "0"},
                    new String[] {"cell_size_check", "1"},
                    new String[] {"foreign_keys", "1"},
                    new String[] {"recursive_triggers", "1"},
                    new String[] {"temp_store", "1"},
                    new String[] {"secure_delete", "0"});

    /** The same, but that commits are taken from the WAL and made durable by the node. */
    private static final List<String[]> CAPTURED_PRAGMAS = captured();

    /** What a file, or a transaction, may not let be set; the rest depends on the library alone. */
    private static final Set<String> DEPEND_ON_THE_FILE =
            Set.of("locking_mode", "auto_vacuum", "synchronous", "journal_mode");

    /** Lists of pragmas that a connection of this process was found to have taken, all of them. */
    private static final Set<List<String[]>> TAKEN = ConcurrentHashMap.newKeySet();

    private static final RowReader<Long> FIRST_NUMBER = row -> row.longValue(0);

    private final SQLiteConnection connection;
    private final SqliteErrors errors;
    private final Map<String, Prepared> own = new HashMap<>();
    private final Map<Own, Prepared> atHand = new EnumMap<>(Own.class);

    /** What every call runs. */
    enum Own {
        BEGIN("BEGIN"),
        BEGIN_IMMEDIATE("BEGIN IMMEDIATE"),
        COMMIT("COMMIT"),
        ROLLBACK("ROLLBACK"),
        LAST_INSERT_ROWID("SELECT last_insert_rowid()");

        private final String sql;

        Own(String sql) {
            this.sql = sql;
        }
    }

    private SqliteConnection(SQLiteConnection connection, SqliteErrors errors) {
        this.connection = connection;
        this.errors = errors;
    }

    /** Opens the file, making it if {@code create}; SQLite syncs each commit. */
    static SqliteConnection open(Path file, boolean create) throws SQLException {
        return open(file, create, PRAGMAS);
    }

    /** As above, but SQLite syncs nothing by itself and never checkpoints but when it is closed. */
    static SqliteConnection openCaptured(Path file, boolean create) throws SQLException {
        return open(file, create, CAPTURED_PRAGMAS);
    }

    private static List<String[]> captured() {
        // Without syncs, and before the WAL: else making a file costs four of them.
        var changed = Map.of("synchronous", "0", "wal_autocheckpoint", "0");
        return PRAGMAS.stream()
                .filter(pragma -> !pragma[0].equals("journal_size_limit"))
                .map(pragma -> new String[] {pragma[0], changed.getOrDefault(pragma[0], pragma[1])})
                .toList();
    }

    private static SqliteConnection open(Path file, boolean create, List<String[]> pragmas)
            throws SQLException {
        var config = new SQLiteConfig();
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        config.resetOpenMode(SQLiteOpenMode.FULLMUTEX);
        if (!create) {
            config.resetOpenMode(SQLiteOpenMode.CREATE);
        }
        config.setBusyTimeout(0);
        var path = file.toAbsolutePath().toString();
        // A URI: as a plain name, the driver would take what follows a '?' for pragmas.
        var uri = "file:" + path.replace("%", "%25").replace("?", "%3f").replace("#", "%23");
        var opened =
                new SqliteConnection(
                        new JDBC4Connection("jdbc:sqlite:" + uri, uri, config.toProperties()),
                        new SqliteErrors(file));
        try {
            opened.setUp(pragmas);
        } catch (SQLException | RuntimeException e) {
            opened.closeAfter(e);
            throw e;
        }
        return opened;
    }

    private void setUp(List<String[]> pragmas) throws SQLException {
        // Tells the driver that transactions are ours: else it adds a BEGIN and COMMIT of its own.
        connection.getConnectionConfig().setAutoCommit(false);
        checkVersion(connection.libversion());
        if (TAKEN.contains(pragmas)) {
            setTaken(pragmas);
        } else {
            for (var pragma : pragmas) {
                setPragma(pragma[0], pragma[1]);
            }
            TAKEN.add(pragmas);
        }
    }

    /** In one call; reading each back would be most of what opening costs. */
    private void setTaken(List<String[]> pragmas) throws SQLException {
        var all = new StringBuilder();
        for (var pragma : pragmas) {
            all.append("PRAGMA ").append(pragma[0]).append('=').append(pragma[1]).append(';');
        }
        var database = connection.getDatabase();
        int code = database._exec(all.toString());
        if (code != Codes.SQLITE_OK) {
            database.throwex(code);
        }
        for (var pragma : pragmas) {
            if (DEPEND_ON_THE_FILE.contains(pragma[0])) {
                checkPragma(pragma[0], pragma[1]);
            }
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

    /** Sets a pragma and reads it back. */
    void setPragma(String name, String value) throws SQLException {
        runOnce("PRAGMA " + name + '=' + value);
        checkPragma(name, value);
    }

    private void checkPragma(String name, String value) throws SQLException {
        var found = runOnce("PRAGMA " + name);
        if (!found.equals(value)) {
            throw new IllegalStateException(
                    "SQLite's " + name + ": " + found + " (expected: " + value + ")");
        }
    }

    /** Runs a statement that is not worth keeping; the first value of its first row, or nothing. */
    String runOnce(String sql) throws SQLException {
        try (var prepared = prepare(sql)) {
            boolean row = prepared.start();
            var first = row ? prepared.text(0) : "";
            while (row) {
                row = prepared.next();
            }
            return first;
        }
    }

    /** What this file's errors mean. */
    SqliteErrors errors() {
        return errors;
    }

    void limit(SQLiteLimits limit, long value) throws SQLException {
        connection
                .getDatabase()
                .limit(limit.getId(), Math.toIntExact(Math.min(value, Integer.MAX_VALUE)));
    }

    /** Has the handler asked every thousand steps whether to go on. */
    void onProgress(ProgressHandler handler) throws SQLException {
        ProgressHandler.setHandler(connection, Progress.STEPS, handler);
    }

    Prepared prepare(String sql) throws SQLException {
        return new Prepared(connection, sql);
    }

    /** Runs a statement of our own that gives nothing. */
    void run(Own statement) throws SQLException {
        var prepared = atHand(statement);
        try {
            prepared.start();
            prepared.finish(false);
        } catch (SQLException e) {
            atHand.remove(statement);
            throw e;
        }
    }

    /** The number that a statement of our own gives. */
    long number(Own statement) throws SQLException {
        var prepared = atHand(statement);
        try {
            prepared.start();
            long number = prepared.longValue(0);
            prepared.finish(false);
            return number;
        } catch (SQLException e) {
            atHand.remove(statement);
            throw e;
        }
    }

    private Prepared atHand(Own statement) throws SQLException {
        var prepared = atHand.get(statement);
        if (prepared == null) {
            prepared = prepare(statement.sql);
            atHand.put(statement, prepared);
        }
        return prepared;
    }

    /** Runs a statement of our own to its end. */
    void run(String sql, @Nullable Object... parameters) throws SQLException {
        var prepared = own(sql);
        try {
            boolean row = prepared.start(parameters);
            while (row) {
                row = prepared.next();
            }
            prepared.finish(false);
        } catch (SQLException e) {
            own.remove(sql);
            throw e;
        }
    }

    /** What a statement of our own gives in its first row. */
    <T> Optional<T> findFirst(String sql, RowReader<T> reader, @Nullable Object... parameters)
            throws SQLException {
        var prepared = own(sql);
        try {
            Optional<T> first =
                    prepared.start(parameters)
                            ? Optional.of(reader.read(prepared))
                            : Optional.empty();
            prepared.finish(false);
            return first;
        } catch (SQLException e) {
            own.remove(sql);
            throw e;
        }
    }

    /** The number that a statement of our own gives. */
    long number(String sql) throws SQLException {
        return findFirst(sql, FIRST_NUMBER)
                .orElseThrow(() -> new IllegalStateException(sql + ": no row"));
    }

    /** Reads the row that a statement is on. */
    interface RowReader<T> {
        T read(Prepared row) throws SQLException;
    }

    private Prepared own(String sql) throws SQLException {
        var prepared = own.get(sql);
        if (prepared == null) {
            prepared = prepare(sql);
            own.put(sql, prepared);
        }
        return prepared;
    }

    /** Rows that the last INSERT, UPDATE or DELETE changed itself. */
    long changes() throws SQLException {
        return connection.getDatabase().changes();
    }

    /** Rows changed since this connection was opened, by triggers too. */
    long totalChanges() throws SQLException {
        return connection.getDatabase().total_changes();
    }

    /** Closes after an error, which must not be lost for another. */
    void closeAfter(Exception e) {
        try {
            close();
        } catch (SQLException suppressed) {
            e.addSuppressed(suppressed);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
