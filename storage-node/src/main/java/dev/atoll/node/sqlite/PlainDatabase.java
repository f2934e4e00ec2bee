package dev.atoll.node.sqlite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.Codes;

/**
 * A small SQLite file for the node's own use: no statement checks, no limits. Thread-safe: one call
 * at a time.
 */
public final class PlainDatabase implements AutoCloseable {
    /** The node has a few dozen texts; more would be a mistake. */
    private static final int KEPT_MAX = 128;

    private static final Duration RETRY_WHEN_FULL = Duration.ofSeconds(5);

    private final Path file;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final SqliteConnection connection;

    @GuardedBy("lock")
    private final Map<String, Prepared> kept = new LinkedHashMap<>();

    private PlainDatabase(Path file, SqliteConnection connection) {
        this.file = file;
        this.connection = connection;
    }

    /**
     * Opens the file, or makes it. Every change is durable. Throws CORRUPTION, naming the file, if
     * it is damaged.
     */
    public static PlainDatabase open(Path file) {
        try {
            return new PlainDatabase(file, SqliteConnection.open(file, true));
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }

    /**
     * The same for a view of what is durable elsewhere: changes come to the disk in order and
     * whole, but are sure to be there only after {@link #sync}.
     */
    public static PlainDatabase openView(Path file) {
        var database = open(file);
        database.setSynchronous("1");
        return database;
    }

    /** Makes all changes durable. */
    public void sync() {
        lock.lock();
        try {
            // In a checkpoint SQLite syncs the WAL, then the database.
            var _ = connection.number("PRAGMA wal_checkpoint(PASSIVE)");
        } catch (SQLException e) {
            throw failure(file, e);
        } finally {
            lock.unlock();
        }
    }

    private void setSynchronous(String value) {
        lock.lock();
        try {
            connection.setPragma("synchronous", value);
        } catch (SQLException e) {
            connection.closeAfter(e);
            throw failure(file, e);
        } finally {
            lock.unlock();
        }
    }

    /** Runs one statement; on its own it is a transaction. */
    public SqlResult run(String sql, SqlValue... parameters) {
        var bound = new @Nullable Object[parameters.length];
        for (int i = 0; i < bound.length; i++) {
            bound[i] = Parameters.bindable(parameters[i], Integer.MAX_VALUE);
        }
        lock.lock();
        try {
            return runLocked(sql, bound);
        } catch (SQLException e) {
            kept.remove(sql);
            throw failure(file, e);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private SqlResult runLocked(String sql, @Nullable Object[] bound) throws SQLException {
        var prepared = kept.get(sql);
        if (prepared == null) {
            if (kept.size() == KEPT_MAX) {
                throw new IllegalStateException("more than " + KEPT_MAX + " statements: " + sql);
            }
            prepared = connection.prepare(sql);
            kept.put(sql, prepared);
        }
        int count = prepared.columns().size();
        var rows = new ArrayList<List<SqlValue>>();
        boolean row = prepared.start(bound);
        while (row) {
            var values = new SqlValue[count];
            for (int i = 0; i < count; i++) {
                values[i] = prepared.value(i);
            }
            rows.add(Collections.unmodifiableList(Arrays.asList(values)));
            row = prepared.next();
        }
        prepared.finish(true);
        return new SqlResult(
                prepared.columns(),
                Collections.unmodifiableList(rows),
                connection.changes(),
                connection.number(SqliteConnection.Own.LAST_INSERT_ROWID));
    }

    /** Runs the work in one transaction, undone if it throws. Not nested. */
    public <T> T transaction(Supplier<T> work) {
        lock.lock();
        try {
            connection.run(SqliteConnection.Own.BEGIN_IMMEDIATE);
            T result;
            try {
                result = work.get();
                connection.run(SqliteConnection.Own.COMMIT);
            } catch (SQLException | RuntimeException e) {
                rollBackAfter(e);
                throw e;
            }
            return result;
        } catch (SQLException e) {
            throw failure(file, e);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void rollBackAfter(Exception e) {
        try {
            connection.run(SqliteConnection.Own.ROLLBACK);
        } catch (SQLException suppressed) {
            e.addSuppressed(suppressed);
        }
    }

    private static Failure failure(Path file, SQLException e) {
        var text = file + ": " + SqliteErrors.text(e);
        if ((SqliteErrors.code(e) & 0xff) == Codes.SQLITE_FULL) {
            // SQLite has undone the statement, and the transaction around it with the rollback.
            return Failure.of(Reason.NODE_FULL, text + "; not executed", e)
                    .with("file", file.toString())
                    .retryAfter(RETRY_WHEN_FULL);
        }
        return SqliteErrors.isDamage(e)
                ? Failure.of(Reason.CORRUPTION, text, e).with("file", file.toString())
                : Failure.of(Reason.OUTCOME_UNKNOWN, text, e).with("file", file.toString());
    }

    /** Makes of a copy of an instance's file what its owner gets: without the node's own tables. */
    static void makeExport(Path copy) {
        try (var export = open(copy)) {
            export.run("DROP TABLE _atoll_meta");
            export.run("DROP TABLE _atoll_request");
            export.run("DROP TABLE IF EXISTS _atoll_schema");
            export.run("VACUUM");
            // One file, as whoever gets it expects.
            export.run("PRAGMA journal_mode = DELETE");
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(file, e);
        } finally {
            lock.unlock();
        }
    }
}
