package dev.atoll.system.harness;

import com.google.protobuf.Timestamp;
import dev.atoll.proto.v1.CountRows;
import dev.atoll.proto.v1.DeleteRow;
import dev.atoll.proto.v1.DeleteRows;
import dev.atoll.proto.v1.GetRow;
import dev.atoll.proto.v1.InsertRow;
import dev.atoll.proto.v1.ListRows;
import dev.atoll.proto.v1.NullValue;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.SearchRows;
import dev.atoll.proto.v1.UpdateRow;
import dev.atoll.proto.v1.UpdateRows;
import dev.atoll.proto.v1.UpsertRow;
import dev.atoll.proto.v1.Value;
import dev.atoll.proto.v1.WriteOperation;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Typed operations and what they give, in a test's words. Values are those of {@link Sql}, {@link
 * Instant}s, and what {@link #json} makes. Immutable.
 */
public final class Tables {
    private Tables() {}

    /** A JSON document. */
    public static Value json(String document) {
        return Value.newBuilder().setJson(document).build();
    }

    /** A moment. */
    public static Value at(Instant moment) {
        return Value.newBuilder()
                .setTimestamp(
                        Timestamp.newBuilder()
                                .setSeconds(moment.getEpochSecond())
                                .setNanos(moment.getNano()))
                .build();
    }

    /** Values by field: names and values in turn. */
    public static Map<String, Value> fields(Object... namesAndValues) {
        var fields = new LinkedHashMap<String, Value>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], value(namesAndValues[i + 1]));
        }
        return fields;
    }

    private static Value value(Object value) {
        return value instanceof Instant moment ? at(moment) : Sql.value(value);
    }

    public static WriteOperation insert(String table, Object... namesAndValues) {
        return WriteOperation.newBuilder()
                .setInsert(
                        InsertRow.newBuilder().setTable(table).putAllFields(fields(namesAndValues)))
                .build();
    }

    public static WriteOperation update(String table, String id, Object... namesAndValues) {
        return write(
                UpdateRow.newBuilder()
                        .setTable(table)
                        .setId(id)
                        .putAllFields(fields(namesAndValues)));
    }

    public static WriteOperation increment(String table, String id, Object... namesAndValues) {
        return write(
                UpdateRow.newBuilder()
                        .setTable(table)
                        .setId(id)
                        .putAllIncrement(fields(namesAndValues)));
    }

    public static WriteOperation clear(String table, String id, String... fields) {
        return write(UpdateRow.newBuilder().setTable(table).setId(id).addAllClear(List.of(fields)));
    }

    private static WriteOperation write(UpdateRow.Builder update) {
        return WriteOperation.newBuilder().setUpdate(update).build();
    }

    public static WriteOperation upsert(String table, String by, Object... namesAndValues) {
        return WriteOperation.newBuilder()
                .setUpsert(
                        UpsertRow.newBuilder()
                                .setTable(table)
                                .setConflictField(by)
                                .putAllFields(fields(namesAndValues)))
                .build();
    }

    public static WriteOperation delete(String table, String id) {
        return WriteOperation.newBuilder()
                .setDelete(DeleteRow.newBuilder().setTable(table).setId(id))
                .build();
    }

    public static WriteOperation updateWhere(
            String table, String filter, Object... namesAndValues) {
        return WriteOperation.newBuilder()
                .setUpdateWhere(
                        UpdateRows.newBuilder()
                                .setTable(table)
                                .setFilter(filter)
                                .putAllFields(fields(namesAndValues)))
                .build();
    }

    public static WriteOperation deleteWhere(String table, String filter) {
        return WriteOperation.newBuilder()
                .setDeleteWhere(DeleteRows.newBuilder().setTable(table).setFilter(filter))
                .build();
    }

    public static ReadOperation get(String table, String id, String... fields) {
        return ReadOperation.newBuilder()
                .setGet(GetRow.newBuilder().setTable(table).setId(id).addAllFields(List.of(fields)))
                .build();
    }

    public static ReadOperation list(ListRows.Builder list) {
        return ReadOperation.newBuilder().setList(list).build();
    }

    /** All rows that a filter finds, by id. */
    public static ReadOperation list(String table, String filter) {
        return list(ListRows.newBuilder().setTable(table).setFilter(filter));
    }

    public static ReadOperation count(String table, String filter) {
        return ReadOperation.newBuilder()
                .setCount(CountRows.newBuilder().setTable(table).setFilter(filter))
                .build();
    }

    public static ReadOperation search(String table, String text) {
        return ReadOperation.newBuilder()
                .setSearch(SearchRows.newBuilder().setTable(table).setText(text))
                .build();
    }

    /** The rows of a result, each by the names of its fields. */
    public static List<Map<String, Object>> rows(OperationResult result) {
        return result.getRowsList().stream()
                .<Map<String, Object>>map(
                        row -> {
                            var named = new LinkedHashMap<String, Object>();
                            for (int i = 0; i < row.getValuesCount(); i++) {
                                named.put(result.getColumns(i).getName(), plain(row.getValues(i)));
                            }
                            return named;
                        })
                .toList();
    }

    /** What one field is in each row. */
    public static List<Object> column(OperationResult result, String field) {
        return rows(result).stream().map(row -> row.getOrDefault(field, Sql.NULL)).toList();
    }

    /** The id of the row that was written. */
    public static String id(OperationResult result) {
        return result.getRows(0).getValues(0).getText();
    }

    private static Object plain(Value value) {
        return switch (value.getKindCase()) {
            case NULL, KIND_NOT_SET -> NullValue.NULL_VALUE;
            case INTEGER -> value.getInteger();
            case REAL -> value.getReal();
            case TEXT -> value.getText();
            case BLOB -> value.getBlob();
            case BOOLEAN -> value.getBoolean();
            case JSON -> json(value.getJson());
            case TIMESTAMP ->
                    Instant.ofEpochSecond(
                            value.getTimestamp().getSeconds(), value.getTimestamp().getNanos());
        };
    }
}
