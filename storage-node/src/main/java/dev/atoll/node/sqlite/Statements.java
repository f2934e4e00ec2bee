package dev.atoll.node.sqlite;

import dev.atoll.node.sqlite.SqlCall.Author;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The statements that run in one instance: each text is checked and prepared once, and the most
 * recently used are kept. One thread at a time.
 */
final class Statements {
    /** A prepared statement takes some kilobytes, and a node has a thousand instances open. */
    private static final int KEPT_MAX = 48;

    /** Longer texts carry their values with them, and do not come again. */
    private static final int KEPT_LENGTH_MAX = 16_384;

    private final SqliteConnection connection;
    private final long sqlBytesMax;
    private final ProgramCheck programCheck;
    private final Map<Text, Checked> kept = new LinkedHashMap<>(16, 0.75f, true);

    /** A caller who sends the node's own text has it checked like any other. */
    private record Text(Author author, String sql) {
        static Text of(SqlCall call) {
            return new Text(call.author(), call.sql());
        }
    }

    /** A statement that has passed the checks. */
    record Checked(
            StatementKind kind,
            boolean explain,
            boolean writes,
            Parameters parameters,
            Prepared prepared) {
        /** Whether it is an INSERT, UPDATE or DELETE that runs. */
        boolean changesRows() {
            return !explain && kind.changesRows();
        }
    }

    Statements(SqliteConnection connection, long sqlBytesMax) {
        this.connection = connection;
        this.sqlBytesMax = sqlBytesMax;
        this.programCheck = new ProgramCheck(connection);
    }

    /**
     * The checked statement of that text. Throws READ_ONLY if it writes and must not, and whatever
     * the checks refuse it for, which comes first.
     */
    Checked find(SqlCall call, boolean mayWrite) throws SQLException {
        var sql = call.sql();
        var text = Text.of(call);
        var checked = kept.get(text);
        if (checked == null) {
            checked = call.author() == Author.NODE ? prepare(sql) : check(sql, mayWrite);
            // A pragma runs while it is prepared: it has to be prepared again each time.
            if (!checked.kind.isPragma() && sql.length() <= KEPT_LENGTH_MAX) {
                keep(text, checked);
            }
        }
        if (checked.writes && !mayWrite) {
            done(call, checked);
            throw readOnly();
        }
        return checked;
    }

    /** To be called when a statement has run to its end. */
    void done(SqlCall call, Checked checked) {
        if (checked.kind.isPragma() || call.sql().length() > KEPT_LENGTH_MAX) {
            checked.prepared.close();
        }
    }

    /** To be called when a statement has failed: the driver has closed it. */
    void failed(SqlCall call, Checked checked) {
        kept.remove(Text.of(call));
        checked.prepared.close();
    }

    /** Forgets every statement, since the schema is another. */
    void clear() {
        closeAll();
        programCheck.forget();
    }

    /** Closes every statement, for the memory; each is prepared again when it is asked for. */
    void closeAll() {
        for (var checked : kept.values()) {
            checked.prepared.close();
        }
        kept.clear();
    }

    private void keep(Text text, Checked checked) {
        kept.put(text, checked);
        if (kept.size() > KEPT_MAX) {
            var oldest = kept.entrySet().iterator();
            oldest.next().getValue().prepared.close();
            oldest.remove();
        }
    }

    /** One that the node made of what it knows. */
    private Checked prepare(String sql) throws SQLException {
        checkLength(sql);
        var text = StatementText.ofNode(sql);
        return new Checked(
                text.kind(),
                false,
                text.kind() != StatementKind.SELECT,
                Parameters.of(text),
                connection.prepare(sql));
    }

    private Checked check(String sql, boolean mayWrite) throws SQLException {
        checkLength(sql);
        var text = StatementText.parse(sql);
        boolean pragma = text.kind().isPragma();
        if (text.kind() == StatementKind.WRITING_PRAGMA && !mayWrite) {
            throw readOnly();
        }
        if (pragma && text.illegal()) {
            throw unrecognized();
        }
        var prepared = connection.prepare(sql);
        try {
            if (text.illegal()) {
                throw unrecognized();
            }
            boolean writes =
                    pragma
                            ? text.kind() == StatementKind.WRITING_PRAGMA
                            : programCheck.writes(text) || text.kind() != StatementKind.SELECT;
            return new Checked(
                    text.kind(),
                    text.explain(),
                    writes && (pragma || !text.explain()),
                    Parameters.of(text),
                    prepared);
        } catch (SQLException | RuntimeException e) {
            prepared.close();
            throw e;
        }
    }

    private void checkLength(String sql) {
        if (sql.length() > sqlBytesMax / 3) {
            int bytes = sql.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > sqlBytesMax) {
                throw Failure.limitExceeded("sql-length-max", sqlBytesMax, bytes);
            }
        }
    }

    /** Our tokenizer and SQLite's do not agree, or it is about a pragma: refused, to be safe. */
    private static Failure unrecognized() {
        return Failure.of(Reason.SQL_ERROR, "unrecognized token");
    }

    private static Failure readOnly() {
        return Failure.of(
                Reason.READ_ONLY, "the statement writes (expected: one that reads; use Mutate)");
    }
}
