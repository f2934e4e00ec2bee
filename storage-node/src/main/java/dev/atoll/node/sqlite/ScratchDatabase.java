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

    /** Of one value. */
    public static final long VALUE_BYTES_MAX = 2L << 20;

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

    /**
     * The same, of a statement that somebody wrote: a name in double quotes that is no column is
     * wrong. SQLite would take it for a text, and the one who wrote it finds that out late.
     */
    public Optional<String> runStrictly(String sql) {
        var strict = withoutDoubleQuotes(sql);
        if (strict.equals(sql)) {
            return run(sql);
        }
        var found = tryOut(strict);
        return found.filter(problem -> problem.startsWith("no such column")).isEmpty()
                ? run(sql)
                : tryOut(sql)
                        .or(
                                () ->
                                        found.map(
                                                problem ->
                                                        problem
                                                                + " (expected: one that there is;"
                                                                + " a text has single quotes)"));
    }

    /** Names in quotes that are never taken for texts. */
    private static String withoutDoubleQuotes(String sql) {
        var strict = new StringBuilder(sql);
        for (var token : Tokenizer.tokens(sql).reversed()) {
            if (token.kind() == Token.Kind.QUOTED && sql.charAt(token.start()) == '"') {
                var name = token.unquoted(sql).replace("`", "``");
                strict.replace(token.start(), token.end(), '`' + name + '`');
            }
        }
        return strict.toString();
    }

    /** What is wrong with a statement, of which nothing stays. */
    private Optional<String> tryOut(String sql) {
        runAll(List.of("SAVEPOINT tried"));
        var problem = run(sql);
        // Some errors have undone all by then, and there is nothing to go back to.
        var _ = run("ROLLBACK TO tried");
        var _ = run("RELEASE tried");
        return problem;
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
