package dev.atoll.node.sqlite;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.Codes;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;

/**
 * One prepared statement. One thread at a time.
 *
 * <p>It goes past JDBC to the driver's own calls: JDBC would turn text into strings before we can
 * see whether it is UTF-8, and start transactions of its own. After an exception it is closed.
 */
final class Prepared implements AutoCloseable {
    /** The driver binds null, Long, Double, String and byte[]. */
    static final @Nullable Object[] NO_PARAMETERS = {};

    private final DB database;
    private final CoreStatement statement;
    private final long pointer;

    // Read when they are asked for: most statements of the node's own never are.
    private @Nullable List<SqlColumn> columns;

    // Not one that has just ended, without a row: SQLite begins it anew by itself.
    private boolean toBeReset;

    Prepared(DB database, String sql) throws SQLException {
        this.database = database;
        this.statement = new Bare(sql);
        database.prepare(statement);
        this.pointer = statement.pointer.safeRunLong((_, address) -> address);
    }

    /** As little of a statement as the driver runs. */
    private static final class Bare extends CoreStatement {
        Bare(String text) {
            super(Driver.OUR_TRANSACTIONS);
            this.sql = text;
        }

        @Override
        public ResultSet executeQuery(String text, boolean closeOnCompletion) {
            throw new UnsupportedOperationException("JDBC");
        }
    }

    private List<SqlColumn> readColumns() throws SQLException {
        int count = database.column_count(pointer);
        var found = new ArrayList<SqlColumn>(count);
        for (int i = 0; i < count; i++) {
            var type = database.column_decltype(pointer, i);
            found.add(new SqlColumn(database.column_name(pointer, i), type == null ? "" : type));
        }
        return List.copyOf(found);
    }

    List<SqlColumn> columns() throws SQLException {
        var known = columns;
        if (known == null) {
            known = readColumns();
            columns = known;
        }
        return known;
    }

    /** Takes the first step with nothing bound: whether there is a row. */
    boolean start() throws SQLException {
        return start(null);
    }

    /** Binds, and takes the first step: whether there is a row. Null leaves all unbound. */
    boolean start(@Nullable Object @Nullable [] parameters) throws SQLException {
        if (parameters == null || parameters.length == 0) {
            return next();
        }
        try {
            toBeReset = database.execute(statement, parameters);
            return toBeReset;
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    /** Takes the next step: whether there is a row. */
    boolean next() throws SQLException {
        int code = database.step(pointer);
        if (code == Codes.SQLITE_ROW) {
            toBeReset = true;
            return true;
        }
        if (code != Codes.SQLITE_DONE) {
            try {
                database.throwex(code);
            } finally {
                close();
            }
        }
        return false;
    }

    /** Ends the run, and lets go of what was bound. */
    void finish(boolean release) throws SQLException {
        if (toBeReset) {
            toBeReset = false;
            database.reset(pointer);
        }
        if (release) {
            database.clear_bindings(pointer);
        }
    }

    /** The value of a column, whole and exact. */
    SqlValue value(int column) throws SQLException {
        return switch (database.column_type(pointer, column)) {
            case Codes.SQLITE_INTEGER ->
                    new SqlValue.Integer64(database.column_long(pointer, column));
            case Codes.SQLITE_FLOAT -> new SqlValue.Real(database.column_double(pointer, column));
            case Codes.SQLITE_TEXT -> textOrBlob(bytes(column));
            case Codes.SQLITE_BLOB ->
                    new SqlValue.Blob(UnsafeByteOperations.unsafeWrap(bytes(column)));
            default -> SqlValue.NULL;
        };
    }

    long longValue(int column) throws SQLException {
        return database.column_long(pointer, column);
    }

    String text(int column) throws SQLException {
        var text = database.column_text(pointer, column);
        return text == null ? "" : text;
    }

    ByteString blob(int column) throws SQLException {
        return UnsafeByteOperations.unsafeWrap(bytes(column));
    }

    private byte[] bytes(int column) throws SQLException {
        var bytes = database.column_blob(pointer, column);
        return bytes == null ? new byte[0] : bytes;
    }

    private static SqlValue textOrBlob(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.UTF_8);
        // Only a text with the replacement character can have been changed by decoding it.
        if (text.indexOf('\uFFFD') >= 0 && !isUtf8(bytes)) {
            return new SqlValue.Blob(UnsafeByteOperations.unsafeWrap(bytes));
        }
        return new SqlValue.Text(text);
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            statement.pointer.close();
        } catch (SQLException e) {
            throw new IllegalStateException("a statement of a closed connection", e);
        }
    }
}
