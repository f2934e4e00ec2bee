package dev.atoll.node.sqlite;

import dev.atoll.node.sqlite.SqliteConnection.Own;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.Codes;

/** One snapshot of an instance. Used only inside {@link InstanceDatabase#read}, by its thread. */
public sealed class ReadTransaction permits WriteTransaction {
    /** What a value takes in a reply beside its text or blob. */
    private static final int VALUE_BYTES = 8;

    final Engine engine;
    private final CallBudget budget;
    private long replyBytes;
    private boolean anyFailed;

    ReadTransaction(Engine engine, CallBudget budget) {
        this.engine = engine;
        this.budget = budget;
    }

    /**
     * Runs a statement that reads; throws READ_ONLY for any other, and LIMIT_EXCEEDED when the
     * results of this transaction together are over the reply limit.
     */
    public SqlResult query(SqlCall call) {
        return collect(call, false);
    }

    /** Runs a statement that reads, and hands each row to the sink as it is made. */
    public void stream(SqlCall call, RowSink sink) {
        var time = engine.progress().time();
        run(call, false, time == null ? sink : time.whileItStands(sink));
    }

    /** Lets what begins now, and each operation from now on, run so long and no longer. */
    public void limitTime(Duration most) {
        engine.progress().limit(new StatementTime(most, budget.ticker()));
    }

    /** The next operation of the call begins. */
    public void beginOperation() {
        var time = engine.progress().time();
        if (time != null) {
            time.begin();
        }
    }

    /**
     * Lets the node's own statements in this instance call the function, from now until it closes.
     * To be called before a statement that needs it, and only then: an instance without one has no
     * memory to spare for it. The name begins with {@code _atoll}.
     */
    public void need(String name, TextFunction function) {
        try {
            engine.connection().addFunction(name, function);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** The newest commit that this transaction sees; its own does not count. */
    public long commit() {
        return engine.meta().commit();
    }

    /** Of the instance. */
    public long incarnation() {
        return engine.meta().identity().incarnation();
    }

    /** Steps of SQLite's virtual machine so far, to the thousand below. */
    public long vmSteps() {
        return engine.progress().steps();
    }

    /** Size of the database in bytes, as this transaction sees it. */
    public long sizeBytes() {
        return engine.sizeBytes();
    }

    final SqlResult collect(SqlCall call, boolean mayWrite) {
        var collector = new Collector();
        var outcome = run(call, mayWrite, collector);
        return new SqlResult(
                collector.columns,
                Collections.unmodifiableList(collector.rows),
                outcome.changes,
                outcome.lastInsertRowid);
    }

    /** What a statement did beside giving rows. */
    private record Outcome(long changes, long lastInsertRowid) {
        static final Outcome NONE = new Outcome(0, 0);
    }

    private Outcome run(SqlCall call, boolean mayWrite, RowSink sink) {
        checkBudget();
        var time = engine.progress().time();
        if (time != null && time.isOver()) {
            throw timeout();
        }
        Statements.Checked checked = null;
        boolean done = false;
        try {
            checked = engine.statements().find(call, mayWrite);
            var parameters = checked.parameters().bind(call, engine.limits().valueBytesMax());
            if (checked.writes()) {
                writes(checked.kind(), call);
            }
            rows(checked.prepared(), parameters, sink);
            var outcome = checked.changesRows() ? outcome(checked) : Outcome.NONE;
            done = true;
            engine.statements().done(call, checked);
            if (checked.writes()) {
                wrote(checked.kind());
            }
            return outcome;
        } catch (SQLException e) {
            throw failure(e, call.sql());
        } finally {
            if (!done) {
                anyFailed = true;
                if (checked != null) {
                    engine.statements().failed(call, checked);
                }
            }
        }
    }

    /** A statement that writes is about to run. */
    void writes(StatementKind kind, SqlCall call) throws SQLException {
        throw new IllegalStateException(kind + " in a transaction that reads");
    }

    /** A statement that writes has run; only a transaction that may write gets here. */
    void wrote(StatementKind kind) {
        throw new IllegalStateException(kind + " ran in a transaction that reads");
    }

    private void rows(Prepared prepared, @Nullable Object[] parameters, RowSink sink)
            throws SQLException {
        int count = prepared.columns().size();
        boolean row = prepared.start(parameters);
        if (count > 0) {
            sink.columns(prepared.columns());
        }
        while (row) {
            var values = new SqlValue[count];
            for (int i = 0; i < count; i++) {
                values[i] = prepared.value(i);
                checkSize(values[i]);
            }
            sink.row(Collections.unmodifiableList(Arrays.asList(values)));
            row = prepared.next();
        }
        prepared.finish(parameters.length > 0);
    }

    private Outcome outcome(Statements.Checked checked) throws SQLException {
        long changes = engine.connection().changes();
        boolean inserted = checked.kind() == StatementKind.INSERT && changes > 0;
        return new Outcome(
                changes, inserted ? engine.connection().number(Own.LAST_INSERT_ROWID) : 0);
    }

    /** Whether a statement failed, whatever the work made of that: SQLite may have ended it all. */
    final boolean anyFailed() {
        return anyFailed;
    }

    final void checkBudget() {
        if (budget.spent()) {
            throw timeout();
        }
    }

    private Failure timeout() {
        var time = engine.progress().time();
        if (time != null && !budget.spent()) {
            return Failure.of(
                            Reason.STATEMENT_TIMEOUT,
                            "statement-time: over "
                                    + time.most().toMillis()
                                    + " ms (expected: at most that); the call was undone")
                    .with("limit", "statement-time")
                    .with("value", time.most().toMillis() + "ms");
        }
        return Failure.of(
                Reason.STATEMENT_TIMEOUT,
                budget.cancelled()
                        ? "the caller has gone; the call was undone"
                        : "the call's deadline has passed; it was undone");
    }

    private void checkSize(SqlValue value) {
        long bytes = bytes(value);
        if (bytes > engine.limits().valueBytesMax()) {
            throw Failure.limitExceeded("value-bytes-max", engine.limits().valueBytesMax(), bytes);
        }
    }

    private static long bytes(SqlValue value) {
        return switch (value) {
            case SqlValue.Text(String text) -> utf8Length(text);
            case SqlValue.Blob(var blob) -> blob.size();
            case SqlValue.Null _, SqlValue.Integer64 _, SqlValue.Real _ -> 0;
        };
    }

    private static long utf8Length(String text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Half of a pair takes two of the pair's four bytes.
            bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
        }
        return bytes;
    }

    /** What an error of one of the node's own statements means to this call. */
    final Failure failure(SQLException e) {
        return switch (SqliteErrors.code(e) & 0xff) {
            case Codes.SQLITE_INTERRUPT -> timeout();
            case Codes.SQLITE_FULL -> full();
            default -> engine.errors().ofFile(e);
        };
    }

    /** What an error of the caller's statement means to this call. */
    private Failure failure(SQLException e, String sql) {
        return switch (SqliteErrors.code(e) & 0xff) {
            case Codes.SQLITE_INTERRUPT, Codes.SQLITE_FULL -> failure(e);
            case Codes.SQLITE_TOOBIG ->
                    Failure.of(
                                    Reason.LIMIT_EXCEEDED,
                                    "value-bytes-max: a value or a row is over it (expected: at"
                                            + " most "
                                            + engine.limits().valueBytesMax()
                                            + "); SQLite says: "
                                            + SqliteErrors.text(e))
                            .with("limit", "value-bytes-max")
                            .with("value", Long.toString(engine.limits().valueBytesMax()));
            default -> engine.errors().ofStatement(e, sql);
        };
    }

    /** SQLite found no room: a statement that reads needs the disk only, for sorting. */
    Failure full() {
        return engine.errors().diskFull();
    }

    /** Gathers a result, up to the reply limit. */
    private final class Collector implements RowSink {
        private List<SqlColumn> columns = List.of();
        private final List<List<SqlValue>> rows = new ArrayList<>();

        @Override
        public void columns(List<SqlColumn> found) {
            columns = found;
        }

        @Override
        public void row(List<SqlValue> row) {
            for (var value : row) {
                replyBytes += VALUE_BYTES + bytes(value);
            }
            long max = engine.limits().replyBytesMax();
            if (replyBytes > max) {
                throw Failure.of(
                                Reason.LIMIT_EXCEEDED,
                                "reply-bytes-max: more than "
                                        + max
                                        + " (expected: at most "
                                        + max
                                        + "; use QueryStream, or LIMIT in the statement)")
                        .with("limit", "reply-bytes-max")
                        .with("value", Long.toString(max))
                        .with("asked", Long.toString(replyBytes));
            }
            rows.add(row);
        }
    }
}
