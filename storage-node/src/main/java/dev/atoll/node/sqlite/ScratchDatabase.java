package dev.atoll.node.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteLimits;

/**
 * An empty database in memory, to try statements on: whether SQLite understands them, what they
 * make of a schema, and how it would find rows. It ends with {@link #close}; nothing of it is on
 * disk. One thread at a time.
 *
 * <p>What is tried on it is somebody else's: so it has limits of room and of steps.
 */
public final class ScratchDatabase implements AutoCloseable {
    /** Of one statement: what runs longer on an empty database does not end at all. */
    private static final long STEPS_MAX = 20_000_000;

    private static final long VALUE_BYTES_MAX = 2L << 20;
    private static final int PAGES_MAX = 16_384;

    private final SqliteConnection connection;
    private long steps;

    private ScratchDatabase(SqliteConnection connection) {
        this.connection = connection;
    }

    /** One that is empty. */
    public static ScratchDatabase open() {
        try {
            var connection = SqliteConnection.openInMemory();
            var scratch = new ScratchDatabase(connection);
            connection.limit(SQLiteLimits.SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
            connection.limit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, 0);
            connection.runAll("PRAGMA max_page_count=" + PAGES_MAX);
            connection.onProgress(
                    new ProgressHandler() {
                        @Override
                        protected int progress() {
                            scratch.steps += Progress.STEPS;
                            return scratch.steps > STEPS_MAX ? 1 : 0;
                        }
                    });
            return scratch;
        } catch (SQLException e) {
            throw new IllegalStateException("no database in memory", e);
        }
    }

    /** Runs a statement to its end; SQLite's words for what is wrong with it, if anything is. */
    public Optional<String> run(String sql) {
        steps = 0;
        try {
            connection.runOnce(sql);
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(
                    steps > STEPS_MAX ? "does not end on an empty database" : SqliteErrors.text(e));
        }
    }

    /** Runs statements of which each must succeed. */
    public void runAll(List<String> statements) {
        for (var sql : statements) {
            run(sql).ifPresent(
                            problem -> {
                                throw new IllegalStateException(problem + ": " + sql);
                            });
        }
    }

    /** Gives the function to the statements that are tried. */
    public void need(String name, TextFunction function) {
        try {
            connection.addFunction(name, function);
        } catch (SQLException e) {
            throw new IllegalStateException("function " + name, e);
        }
    }

    /** The rows of a statement that must succeed. */
    public List<List<SqlValue>> query(String sql, List<SqlValue> parameters) {
        steps = 0;
        var bound = new @Nullable Object[parameters.size()];
        for (int i = 0; i < bound.length; i++) {
            bound[i] = Parameters.bindable(parameters.get(i), VALUE_BYTES_MAX);
        }
        try (var prepared = connection.prepare(sql)) {
            int count = prepared.columns().size();
            var rows = new ArrayList<List<SqlValue>>();
            for (boolean row = prepared.start(bound); row; row = prepared.next()) {
                var values = new SqlValue[count];
                for (int i = 0; i < count; i++) {
                    values[i] = prepared.value(i);
                }
                rows.add(Collections.unmodifiableList(Arrays.asList(values)));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(SqliteErrors.text(e) + ": " + sql, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("a database in memory does not close", e);
        }
    }
}
