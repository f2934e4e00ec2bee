package dev.atoll.node.operations;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.sqlite.SqlValue;
import java.util.List;

/**
 * What came of an operation. Immutable.
 *
 * @param columns of the rows
 * @param rows each with as many values as there are columns
 * @param changes rows that it inserted, updated or deleted itself
 * @param count the answer of a count
 * @param nextPageToken where the next page begins; empty on the last
 */
public record OperationResult(
        List<Column> columns,
        List<List<SqlValue>> rows,
        long changes,
        long count,
        String nextPageToken) {
    public OperationResult {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /** A field of the result and its declared type. */
    public record Column(String name, FieldType type) {
        static Column of(Field field) {
            return new Column(field.name(), field.type());
        }
    }

    static OperationResult page(List<Column> columns, List<List<SqlValue>> rows, String next) {
        return new OperationResult(columns, rows, 0, 0, next);
    }

    static OperationResult changed(long changes) {
        return new OperationResult(List.of(), List.of(), changes, 0, "");
    }

    static OperationResult counted(long count) {
        return new OperationResult(List.of(), List.of(), 0, count, "");
    }
}
