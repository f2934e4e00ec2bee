package dev.atoll.node.blocks.schema;

import dev.atoll.node.sqlite.SqlValue;
import java.util.List;

/**
 * A row of {@code sqlite_schema}: what an instance has. Immutable.
 *
 * @param type {@code table}, {@code index}, {@code trigger} or {@code view}
 * @param name its name
 * @param table the table it belongs to, or its own name
 * @param sql that made it; empty for what SQLite makes by itself
 */
public record SchemaItem(String type, String name, String table, String sql) {
    /** Asks an instance for all of its items. */
    public static final String QUERY =
            "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema ORDER BY rowid";

    /** Of a row that {@link #QUERY} gave. */
    public static SchemaItem of(List<SqlValue> row) {
        return new SchemaItem(
                text(row.get(0)), text(row.get(1)), text(row.get(2)), text(row.get(3)));
    }

    private static String text(SqlValue value) {
        return value instanceof SqlValue.Text(String text) ? text : "";
    }
}
