package dev.atoll.system.harness;

import com.google.protobuf.ByteString;
import dev.atoll.proto.v1.NullValue;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.Row;
import dev.atoll.proto.v1.SqlStatement;
import dev.atoll.proto.v1.Value;
import dev.atoll.proto.v1.WriteOperation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Statements, values and rows in a test's words. A value is a Long (or Integer), Double, String,
 * ByteString, Boolean, a {@link Value} as it is, or {@link #NULL}. Immutable.
 */
public final class Sql {
    /** SQL NULL, in parameters and rows. */
    public static final NullValue NULL = NullValue.NULL_VALUE;

    private Sql() {}

    /** A statement with positional parameters. */
    public static SqlStatement sql(String text, Object... parameters) {
        var statement = SqlStatement.newBuilder().setSql(text);
        Arrays.stream(parameters).map(Sql::value).forEach(statement::addParameters);
        return statement.build();
    }

    /** A statement with named parameters. */
    public static SqlStatement sql(String text, Map<String, Object> parameters) {
        var statement = SqlStatement.newBuilder().setSql(text);
        parameters.forEach((name, value) -> statement.putNamedParameters(name, value(value)));
        return statement.build();
    }

    /** A statement to read by. */
    public static ReadOperation read(String text, Object... parameters) {
        return ReadOperation.newBuilder().setSql(sql(text, parameters)).build();
    }

    /** A statement to write by. */
    public static WriteOperation write(String text, Object... parameters) {
        return WriteOperation.newBuilder().setSql(sql(text, parameters)).build();
    }

    /** The same operation, which must change exactly so many rows. */
    public static WriteOperation expecting(long changes, WriteOperation operation) {
        return operation.toBuilder().setExpectChanges(changes).build();
    }

    /** The wire form of a value. */
    public static Value value(Object value) {
        return switch (value) {
            case Value ready -> ready;
            case Integer number -> Value.newBuilder().setInteger(number).build();
            case Long number -> Value.newBuilder().setInteger(number).build();
            case Double number -> Value.newBuilder().setReal(number).build();
            case String text -> Value.newBuilder().setText(text).build();
            case ByteString bytes -> Value.newBuilder().setBlob(bytes).build();
            case Boolean truth -> Value.newBuilder().setBoolean(truth).build();
            case NullValue none -> Value.newBuilder().setNull(none).build();
            default -> throw new IllegalArgumentException("value: " + value.getClass());
        };
    }

    /** Bytes as hexadecimal digits. */
    public static ByteString blob(String hex) {
        return ByteString.fromHex(hex);
    }

    /** The rows of a result. */
    public static List<List<Object>> rows(OperationResult result) {
        return result.getRowsList().stream().map(Sql::row).toList();
    }

    /** The values of a row. */
    public static List<Object> row(Row row) {
        return row.getValuesList().stream().map(Sql::plain).toList();
    }

    /** A row to compare with: an Integer stands for the Long that comes back. */
    public static List<Object> row(Object... values) {
        return Arrays.stream(values)
                .map(value -> value instanceof Integer number ? (Object) number.longValue() : value)
                .toList();
    }

    /** The names of the columns of a result. */
    public static List<String> columns(OperationResult result) {
        return result.getColumnsList().stream().map(column -> column.getName()).toList();
    }

    private static Object plain(Value value) {
        return switch (value.getKindCase()) {
            case NULL, KIND_NOT_SET -> NULL;
            case INTEGER -> value.getInteger();
            case REAL -> value.getReal();
            case TEXT -> value.getText();
            case BLOB -> value.getBlob();
            case BOOLEAN, JSON, TIMESTAMP ->
                    throw new AssertionError("not a storage class of SQLite: " + value);
        };
    }
}
