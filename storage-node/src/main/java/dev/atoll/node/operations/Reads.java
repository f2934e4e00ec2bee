package dev.atoll.node.operations;

import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.schema.TableSql;
import dev.atoll.node.operations.OperationResult.Column;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.SqlValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What reads rows: one by its id, pages, counts, searches. A row that the caller may not see is not
 * there, in all of them: the rule is a condition of the same statement. Thread-safe.
 */
final class Reads {
    private static final String MARK_BEGIN = "<mark>";
    private static final String MARK_END = "</mark>";

    private final Filters filters;

    Reads(Filters filters) {
        this.filters = filters;
    }

    OperationResult get(
            DeclaredTable table, Operation.Get get, RowCaller caller, ReadTransaction tx) {
        var columns = table.columnsOf(get.fields());
        var statement =
                new Statement(table)
                        .add("SELECT " + DeclaredTable.columns(columns) + " FROM " + table.from())
                        .add(
                                " WHERE " + DeclaredTable.column(Table.ID) + " = ? AND ",
                                SqlValue.of(get.id()));
        addVisible(statement, table, caller);
        var rows = statement.query(tx).rows();
        if (rows.isEmpty()) {
            throw Refusals.noRow(table.name());
        }
        return OperationResult.page(columns, rows, "");
    }

    OperationResult count(
            DeclaredTable table, Operation.Count count, RowCaller caller, ReadTransaction tx) {
        var filter = filters.compile(table, count.filter(), caller.context());
        var statement = new Statement(table).add("SELECT count(*) FROM " + table.from());
        statement.add(" WHERE ");
        addVisible(statement, table, caller);
        var rows = statement.and(filter.condition(), filter.context()).query(tx).rows();
        return OperationResult.counted(number(rows.getFirst().getFirst()));
    }

    OperationResult list(
            DeclaredTable table, Operation.ListRows list, RowCaller caller, ReadTransaction tx) {
        var columns = table.columnsOf(list.view().fields());
        var order = Order.parse(list.order(), table);
        var filter = filters.compile(table, list.filter(), caller.context());
        int size = list.view().rows();
        var token =
                PageToken.of(
                        caller, tx.incarnation(), list.filter(), "list", table.name(), order.sql());
        var given = list.view().pageToken();
        var parts =
                given.isEmpty()
                        ? List.of(Order.Part.ALL)
                        : order.after(token.read(given, order.keys().size()));
        var found = new ArrayList<List<SqlValue>>();
        for (var part : parts) {
            // One more than asked for: whether there is a next page.
            int left = size + 1 - found.size();
            if (left > 0) {
                var statement =
                        new Statement(table)
                                .add("SELECT " + DeclaredTable.columns(columns))
                                .add(order.columnsBeside(columns))
                                .add(" FROM " + table.from() + " WHERE ")
                                .add(part.condition() + " AND ", part.values());
                addVisible(statement, table, caller);
                statement
                        .and(filter.condition(), filter.context())
                        .add(" ORDER BY " + order.sql() + " LIMIT ?", SqlValue.of(left));
                found.addAll(statement.query(tx).rows());
            }
        }
        var next = "";
        if (found.size() > size) {
            next = token.after(order.place(found.get(size - 1), columns));
        }
        return page(columns, found, size, next);
    }

    private static OperationResult page(
            List<Column> columns, List<List<SqlValue>> found, int size, String next) {
        return OperationResult.page(
                columns,
                found.stream().limit(size).map(row -> row.subList(0, columns.size())).toList(),
                next);
    }

    /**
     * Pages of a search begin after so many rows, of those that the caller may see: the ranks, by
     * which they are ordered, are made of all rows, and would tell of those that he may not.
     */
    OperationResult search(
            DeclaredTable table, Operation.Search search, RowCaller caller, ReadTransaction tx) {
        if (table.table().features().search().isEmpty()) {
            throw Refusals.invalid("table", table.name() + " has no full-text search");
        }
        var columns = table.columnsOf(search.view().fields());
        var filter = filters.compile(table, search.filter(), caller.context());
        int size = search.view().rows();
        var token =
                PageToken.of(
                        caller,
                        tx.incarnation(),
                        search.filter(),
                        "search",
                        table.name(),
                        search.text());
        var given = search.view().pageToken();
        long skip = given.isEmpty() ? 0 : Math.max(0, number(token.read(given, 1).getFirst()));
        var query = SearchText.query(search.text());
        if (query.isEmpty()) {
            return OperationResult.page(columns, List.of(), "");
        }
        var index = TableSql.quoted(TableSql.searchName(table.table()));
        var statement = new Statement(table).add("SELECT ");
        addFound(statement, columns, table, search.highlight());
        statement
                .add(" FROM " + index + " JOIN " + table.from())
                .add(" ON " + DeclaredTable.ROW_ID + " = " + index + ".\"rowid\"")
                .add(" WHERE " + index + " MATCH ? AND ", SqlValue.of(query));
        addVisible(statement, table, caller);
        statement
                .and(filter.condition(), filter.context())
                .add(" ORDER BY " + index + ".\"rank\", " + DeclaredTable.column(Table.ID))
                .add(" LIMIT ? OFFSET ?", SqlValue.of(size + 1), SqlValue.of(skip));
        var found = statement.query(tx).rows();
        return page(
                columns,
                found,
                size,
                found.size() > size ? token.after(List.of(SqlValue.of(skip + size))) : "");
    }

    private static void addFound(
            Statement statement, List<Column> columns, DeclaredTable table, boolean highlight) {
        var searched = table.table().features().search();
        var index = TableSql.quoted(TableSql.searchName(table.table()));
        statement.add(
                columns.stream()
                        .map(
                                column -> {
                                    int at = searched.indexOf(column.name());
                                    return highlight && at >= 0
                                            ? "highlight(%s, %d, '%s', '%s')"
                                                    .formatted(index, at, MARK_BEGIN, MARK_END)
                                            : DeclaredTable.column(column.name());
                                })
                        .collect(Collectors.joining(", ")));
    }

    /** Adds the condition that a row is there for the caller. */
    private static void addVisible(Statement statement, DeclaredTable table, RowCaller caller) {
        table.addLive(statement, caller.context());
        statement.and(table.permission(Table.Operation.READ, caller), caller.context());
    }

    private static long number(SqlValue value) {
        return value instanceof SqlValue.Integer64(long number) ? number : 0;
    }
}
