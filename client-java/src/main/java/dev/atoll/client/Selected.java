package dev.atoll.client;

import dev.atoll.proto.v1.CountRows;
import dev.atoll.proto.v1.DeleteRows;
import dev.atoll.proto.v1.GetRow;
import dev.atoll.proto.v1.ListRows;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.SearchRows;
import dev.atoll.proto.v1.UpdateRows;
import dev.atoll.proto.v1.Value;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a table, and what of them; it makes the messages of all operations that say so.
 * Immutable.
 *
 * @param table its name
 * @param filter in CEL; all rows if empty
 * @param args what the filter calls {@code args}
 * @param orderBy of lists; by id if empty
 * @param fields that are read; all if empty
 */
record Selected(
        String table, String filter, Map<String, Value> args, String orderBy, List<String> fields) {
    static final String ID = "id";

    static Selected all(String table) {
        if (table.isEmpty()) {
            throw new IllegalArgumentException("table: '' (expected: a name)");
        }
        return new Selected(Values.checkedText(table, "table"), "", Map.of(), "", List.of());
    }

    /** Those of these rows for which another filter is true, too. */
    Selected where(String another, Map<String, ? extends @Nullable Object> values) {
        if (another.isBlank()) {
            throw new IllegalArgumentException("filter: '' (expected: an expression)");
        }
        Values.checkedText(another, "filter");
        var more = new TreeMap<>(args);
        values.forEach(
                (name, value) -> {
                    var sent = Codec.value(value, "args." + name);
                    var known = more.put(name, sent);
                    if (known != null && !known.equals(sent)) {
                        throw new IllegalArgumentException(
                                "args." + name + ": two values (expected: a name of its own)");
                    }
                });
        // Each on lines of its own: it may end with a comment.
        var both = filter.isEmpty() ? another : "(" + filter + "\n) && (" + another + "\n)";
        return new Selected(table, both, Collections.unmodifiableMap(more), orderBy, fields);
    }

    Selected orderBy(String order) {
        return new Selected(table, filter, args, Values.checkedText(order, "order"), fields);
    }

    Selected fields(String... names) {
        Arrays.stream(names).forEach(name -> Values.checkedText(name, "field"));
        return new Selected(table, filter, args, orderBy, List.of(names));
    }

    GetRow row(String id) {
        return GetRow.newBuilder()
                .setTable(table)
                .setId(Values.checkedText(id, ID))
                .addAllFields(fields)
                .build();
    }

    ListRows list(int size, String pageToken) {
        return ListRows.newBuilder()
                .setTable(table)
                .setFilter(filter)
                .putAllArgs(args)
                .setOrderBy(orderBy)
                .setPageSize(checkedSize(size))
                .setPageToken(pageToken)
                .addAllFields(fields)
                .build();
    }

    /** The pages of these rows. */
    Pages pages() {
        return (size, token) -> ReadOperation.newBuilder().setList(list(size, token)).build();
    }

    /** The pages of those of these rows that hold a text. */
    Pages search(String text, boolean highlight) {
        if (!orderBy.isEmpty()) {
            throw new IllegalArgumentException(
                    "order: '" + orderBy + "' (expected: none; a search has the best rows first)");
        }
        var search =
                SearchRows.newBuilder()
                        .setTable(table)
                        .setText(Values.checkedText(text, "text"))
                        .setFilter(filter)
                        .putAllArgs(args)
                        .addAllFields(fields)
                        .setHighlight(highlight)
                        .build();
        return (size, token) ->
                ReadOperation.newBuilder()
                        .setSearch(
                                search.toBuilder()
                                        .setPageSize(checkedSize(size))
                                        .setPageToken(token))
                        .build();
    }

    CountRows count() {
        return CountRows.newBuilder().setTable(table).setFilter(filter).putAllArgs(args).build();
    }

    UpdateRows update(Patch patch) {
        return patch.rows().setTable(table).setFilter(filter).putAllArgs(args).build();
    }

    DeleteRows delete() {
        return DeleteRows.newBuilder().setTable(table).setFilter(filter).putAllArgs(args).build();
    }

    /** Makes the read of a page. */
    interface Pages {
        ReadOperation page(int size, String pageToken);
    }

    /** The largest is for the server to say. */
    static int checkedSize(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("page size: " + size + " (expected: >= 1)");
        }
        return size;
    }
}
