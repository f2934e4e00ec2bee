package dev.atoll.node.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteLimits;
import org.sqlite.core.Codes;
import org.sqlite.core.NativeDB;

/**
 * The one connection to a database file, set up as the node needs it. One thread at a time.
 *
 * <p>Its {@code run} and {@code number} are for the node's own statements: a handful of texts, each
 * prepared once and kept, those of every call at hand.
 */
final class SqliteConnection implements AutoCloseable {
    /** Half a megabyte of pages. */
    private static final String CACHE_SIZE = "-512";

    /**
     * Frees all pages, and then keeps one. SQLite takes room for twenty at once when the cache is
     * empty and may grow: so it is read while the cache may not.
     */
    private static final String SHRINK =
            "PRAGMA cache_size=1; PRAGMA shrink_memory; PRAGMA page_count; PRAGMA cache_size="
                    + CACHE_SIZE;

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
                    new String[] {"cache_size", CACHE_SIZE},
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

    private static final Set<String> IN_MEMORY_TOO =
            Set.of("trusted_schema", "foreign_keys", "recursive_triggers");

    /** These answer with the value that they have then: no need to ask again. */
    private static final Set<String> ANSWER = Set.of("locking_mode", "journal_mode");

    /** Lists of pragmas that a connection of this process was found to have taken, all of them. */
    private static final Set<List<String[]>> TAKEN = ConcurrentHashMap.newKeySet();

    private static final RowReader<Long> FIRST_NUMBER = row -> row.longValue(0);

    private final NativeDB database;
    private final SqliteErrors errors;
    private final Map<String, Prepared> own = new HashMap<>();
    private final Map<Own, Prepared> atHand = new EnumMap<>(Own.class);

    /** What every call runs. */
    enum Own {
        BEGIN("BEGIN"),
        BEGIN_IMMEDIATE("BEGIN IMMEDIATE"),
        COMMIT("COMMIT"),
        SAVEPOINT("SAVEPOINT _atoll"),
        RELEASE("RELEASE _atoll"),
        ROLLBACK("ROLLBACK"),
        LAST_INSERT_ROWID("SELECT last_insert_rowid()");

        private final String sql;

        Own(String sql) {
            this.sql = sql;
        }
    }

    // One empty set for all connections: most never get a function.
    private Set<String> functions = Set.of();

    private SqliteConnection(NativeDB database, SqliteErrors errors) {
        this.database = database;
        this.errors = errors;
    }

    /** Opens the file, making it if {@code create}; SQLite syncs each commit. */
    static SqliteConnection open(Path file, boolean create) throws SQLException {
        return open(file, create, PRAGMAS);
    }

    /** As above, but SQLite syncs nothing by itself and never checkpoints but when it is closed. */
    static SqliteConnection openCaptured(Path file, boolean create) throws SQLException {
        var opened = open(file, create, CAPTURED_PRAGMAS);
        try {
            opened.shrink();
            return opened;
        } catch (SQLException e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    /** Opens an empty database in memory, with what decides how SQLite takes statements. */
    static SqliteConnection openInMemory() throws SQLException {
        var memory = Path.of(":memory:");
        var opened = new SqliteConnection(Driver.openInMemory(), new SqliteErrors(memory));
        try {
            for (var pragma : PRAGMAS) {
                if (IN_MEMORY_TOO.contains(pragma[0])) {
                    opened.setPragma(pragma[0], pragma[1]);
                }
            }
        } catch (SQLException | RuntimeException e) {
            opened.closeAfter(e);
            throw e;
        }
        return opened;
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
        var opened = new SqliteConnection(Driver.open(file, create), new SqliteErrors(file));
        try {
            opened.setUp(pragmas);
        } catch (SQLException | RuntimeException e) {
            opened.closeAfter(e);
            throw e;
        }
        return opened;
    }

    private void setUp(List<String[]> pragmas) throws SQLException {
        if (TAKEN.contains(pragmas)) {
            setTaken(pragmas);
        } else {
            for (var pragma : pragmas) {
                setPragma(pragma[0], pragma[1]);
            }
            TAKEN.add(pragmas);
        }
    }

    /** In few calls; reading each back would be most of what opening costs. */
    private void setTaken(List<String[]> pragmas) throws SQLException {
        var silent = new StringBuilder();
        for (var pragma : pragmas) {
            var text = "PRAGMA " + pragma[0] + '=' + pragma[1] + ';';
            if (ANSWER.contains(pragma[0])) {
                runAll(silent.toString());
                silent.setLength(0);
                check(pragma[0], pragma[1], runOnce(text));
            } else {
                silent.append(text);
            }
        }
        runAll(silent.toString());
        for (var pragma : pragmas) {
            if (DEPEND_ON_THE_FILE.contains(pragma[0]) && !ANSWER.contains(pragma[0])) {
                checkPragma(pragma[0], pragma[1]);
            }
        }
    }

    /** Sets a pragma and reads it back. */
    void setPragma(String name, String value) throws SQLException {
        runOnce("PRAGMA " + name + '=' + value);
        checkPragma(name, value);
    }

    private void checkPragma(String name, String value) throws SQLException {
        check(name, value, runOnce("PRAGMA " + name));
    }

    private static void check(String name, String value, String found) {
        if (!found.equals(value)) {
            throw new IllegalStateException(
                    "SQLite's " + name + ": " + found + " (expected: " + value + ")");
        }
    }

    /** Gives the memory of pages back; to be called outside a transaction. */
    void shrink() throws SQLException {
        runAll(SHRINK);
    }

    /** Closes the statements of our own; they are prepared again when they are needed. */
    void forgetStatements() {
        own.values().forEach(Prepared::close);
        own.clear();
        atHand.values().forEach(Prepared::close);
        atHand.clear();
    }

    /** Runs statements whose rows nobody wants. */
    void runAll(String statements) throws SQLException {
        int code = database._exec(statements);
        if (code != Codes.SQLITE_OK) {
            database.throwex(code);
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
        database.limit(limit.getId(), Math.toIntExact(Math.min(value, Integer.MAX_VALUE)));
    }

    /** Has the handler asked every thousand steps whether to go on. */
    void onProgress(ProgressHandler handler) throws SQLException {
        database.register_progress_handler(Progress.STEPS, handler);
    }

    /**
     * Lets statements of the node's own call the function, from now on. Its name has to begin with
     * {@code _atoll}: so callers' statements cannot say it. Does nothing if there is a function of
     * that name: a second one would make SQLite prepare every statement again.
     */
    void addFunction(String name, TextFunction function) throws SQLException {
        if (functions.contains(name)) {
            return;
        }
        if (!name.startsWith(TextCheck.RESERVED)) {
            throw new IllegalArgumentException(
                    "function: " + name + " (expected: " + TextCheck.RESERVED + "…)");
        }
        FunctionDoor.add(database, name, function);
        var more = new HashSet<>(functions);
        more.add(name);
        functions = Set.copyOf(more);
    }

    Prepared prepare(String sql) throws SQLException {
        return new Prepared(database, sql);
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

    /** What a statement that is not worth keeping gives in its first row. */
    <T> Optional<T> findOnce(String sql, RowReader<T> reader) throws SQLException {
        try (var prepared = prepare(sql)) {
            return prepared.start() ? Optional.of(reader.read(prepared)) : Optional.empty();
        }
    }

    /** What a statement of our own gives in its first row. */
    <T> Optional<T> findFirst(String sql, RowReader<T> reader, @Nullable Object... parameters)
            throws SQLException {
        return search(sql, row -> Optional.of(reader.read(row)), parameters);
    }

    /** What the reader finds in the first row of a statement of our own in which it does. */
    <T> Optional<T> search(
            String sql, RowReader<Optional<T>> reader, @Nullable Object... parameters)
            throws SQLException {
        var prepared = own(sql);
        try {
            Optional<T> found = Optional.empty();
            boolean row = prepared.start(parameters);
            while (row && found.isEmpty()) {
                found = reader.read(prepared);
                row = found.isEmpty() && prepared.next();
            }
            prepared.finish(false);
            return found;
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
        return database.changes();
    }

    /** Rows changed since this connection was opened, by triggers too. */
    long totalChanges() throws SQLException {
        return database.total_changes();
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
        if (!database.isClosed()) {
            database.close();
        }
    }
}
