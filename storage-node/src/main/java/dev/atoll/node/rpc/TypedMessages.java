package dev.atoll.node.rpc;

import dev.atoll.node.operations.Filter;
import dev.atoll.node.operations.Operation;
import dev.atoll.node.operations.OperationResult;
import dev.atoll.node.operations.Patch;
import dev.atoll.node.operations.TypedValue;
import dev.atoll.node.operations.View;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.proto.v1.Column;
import dev.atoll.proto.v1.CountRows;
import dev.atoll.proto.v1.GetRow;
import dev.atoll.proto.v1.ListRows;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.Row;
import dev.atoll.proto.v1.SearchRows;
import dev.atoll.proto.v1.Value;
import dev.atoll.proto.v1.WriteOperation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns messages of typed operations into domain values and back. Immutable. */
final class TypedMessages {
    private TypedMessages() {}

    /** One that is neither SQL nor empty. */
    static Operation.Read read(ReadOperation operation) {
        return switch (operation.getOperationCase()) {
            case GET -> get(operation.getGet());
            case LIST -> list(operation.getList());
            case COUNT -> count(operation.getCount());
            case SEARCH -> search(operation.getSearch());
            case SQL, OPERATION_NOT_SET -> throw notTyped(operation.getOperationCase());
        };
    }

    /** One that is neither SQL nor empty. */
    static Operation write(WriteOperation operation) {
        return switch (operation.getOperationCase()) {
            case INSERT ->
                    new Operation.Insert(
                            operation.getInsert().getTable(),
                            values(operation.getInsert().getFieldsMap()));
            case UPDATE -> {
                var update = operation.getUpdate();
                yield new Operation.Update(
                        update.getTable(),
                        update.getId(),
                        new Patch(
                                values(update.getFieldsMap()),
                                values(update.getIncrementMap()),
                                update.getClearList()));
            }
            case UPSERT ->
                    new Operation.Upsert(
                            operation.getUpsert().getTable(),
                            values(operation.getUpsert().getFieldsMap()),
                            operation.getUpsert().getConflictField());
            case DELETE ->
                    new Operation.Delete(
                            operation.getDelete().getTable(), operation.getDelete().getId());
            case UPDATE_WHERE -> {
                var update = operation.getUpdateWhere();
                yield new Operation.UpdateWhere(
                        update.getTable(),
                        filter(update.getFilter(), update.getArgsMap()),
                        new Patch(
                                values(update.getFieldsMap()),
                                values(update.getIncrementMap()),
                                update.getClearList()));
            }
            case DELETE_WHERE -> {
                var delete = operation.getDeleteWhere();
                yield new Operation.DeleteWhere(
                        delete.getTable(), filter(delete.getFilter(), delete.getArgsMap()));
            }
            case GET -> get(operation.getGet());
            case LIST -> list(operation.getList());
            case COUNT -> count(operation.getCount());
            case SQL, OPERATION_NOT_SET -> throw notTyped(operation.getOperationCase());
        };
    }

    private static IllegalStateException notTyped(Enum<?> kind) {
        return new IllegalStateException("a typed operation: " + kind);
    }

    private static Operation.Read get(GetRow get) {
        return new Operation.Get(get.getTable(), get.getId(), get.getFieldsList());
    }

    private static Operation.Read list(ListRows list) {
        return new Operation.ListRows(
                list.getTable(),
                filter(list.getFilter(), list.getArgsMap()),
                list.getOrderBy(),
                new View(list.getFieldsList(), list.getPageSize(), list.getPageToken()));
    }

    private static Operation.Read count(CountRows count) {
        return new Operation.Count(count.getTable(), filter(count.getFilter(), count.getArgsMap()));
    }

    private static Operation.Read search(SearchRows search) {
        return new Operation.Search(
                search.getTable(),
                search.getText(),
                filter(search.getFilter(), search.getArgsMap()),
                new View(search.getFieldsList(), search.getPageSize(), search.getPageToken()),
                search.getHighlight());
    }

    private static Filter filter(String text, Map<String, Value> arguments) {
        return new Filter(text, values(arguments));
    }

    private static Map<String, TypedValue> values(Map<String, Value> values) {
        var typed = HashMap.<String, TypedValue>newHashMap(values.size());
        values.forEach((name, value) -> typed.put(name, value(value)));
        return typed;
    }

    static TypedValue value(Value value) {
        return switch (value.getKindCase()) {
            case NULL, KIND_NOT_SET -> TypedValue.NULL;
            case BOOLEAN -> TypedValue.of(value.getBoolean());
            case INTEGER -> TypedValue.of(value.getInteger());
            case REAL -> TypedValue.of(value.getReal());
            case TEXT -> TypedValue.of(value.getText());
            case BLOB -> TypedValue.of(value.getBlob());
            case JSON -> TypedValue.json(value.getJson());
            case TIMESTAMP -> new TypedValue(FieldType.DATETIME, Messages.value(value));
        };
    }

    static dev.atoll.proto.v1.OperationResult result(OperationResult result) {
        var message =
                dev.atoll.proto.v1.OperationResult.newBuilder()
                        .setChanges(result.changes())
                        .setCount(result.count())
                        .setNextPageToken(result.nextPageToken());
        for (var column : result.columns()) {
            message.addColumns(
                    Column.newBuilder()
                            .setName(column.name())
                            .setDeclaredType(column.type().word()));
        }
        for (var row : result.rows()) {
            message.addRows(row(row, result.columns()));
        }
        return message.build();
    }

    private static Row row(List<SqlValue> values, List<OperationResult.Column> columns) {
        var row = Row.newBuilder();
        for (int i = 0; i < values.size(); i++) {
            row.addValues(value(values.get(i), columns.get(i).type()));
        }
        return row.build();
    }

    /** What a service wrote by SQL may be of another class than its column; it stays what it is. */
    private static Value value(SqlValue value, FieldType type) {
        return switch (value) {
            case SqlValue.Integer64(long integer) when type == FieldType.BOOLEAN ->
                    Value.newBuilder().setBoolean(integer != 0).build();
            case SqlValue.Integer64(long micros) when type == FieldType.DATETIME ->
                    Value.newBuilder().setTimestamp(Messages.timestamp(micros)).build();
            case SqlValue.Text(String json) when type == FieldType.JSON ->
                    Value.newBuilder().setJson(json).build();
            case SqlValue.Null _,
                    SqlValue.Integer64 _,
                    SqlValue.Real _,
                    SqlValue.Text _,
                    SqlValue.Blob _ ->
                    Messages.value(value);
        };
    }
}
