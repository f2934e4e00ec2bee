package dev.atoll.node.blocks.schema;

import dev.atoll.node.blocks.Table;
import dev.atoll.node.sqlite.StoredTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Makes a table anew with its rows, for what ALTER TABLE cannot change. Whatever belongs to it is
 * gone with the old one. Immutable.
 *
 * @param table its name
 * @param columns what it is to have, by name
 * @param from of the columns that there are, what each new one gets
 */
record Rebuild(
        String table, SequencedMap<String, String> columns, SequencedMap<String, String> from) {
    private static final String NEW = TableSql.MARK + "new";

    /** Keeps values of columns that stay; whoever has no value gets the default. */
    static Rebuild of(String table, StoredTable stored, SequencedMap<String, String> columns) {
        var from = new LinkedHashMap<String, String>();
        columns.forEach(
                (name, definition) -> {
                    boolean is = stored.find(name).filter(old -> !isComputed(old)).isPresent();
                    if (is && !definition.contains("GENERATED ALWAYS")) {
                        from.put(name, kept(name, definition));
                    }
                });
        return new Rebuild(table, columns, from);
    }

    /** Drops nothing but what would get in the way of other tables. */
    static Rebuild plain(String table, StoredTable stored) {
        var columns = new LinkedHashMap<String, String>();
        for (var column : stored.columns()) {
            if (!isComputed(column)) {
                columns.put(
                        column.name(), isAutomatic(column) ? column.definition() : plain(column));
            }
        }
        return of(table, stored, columns);
    }

    private static boolean isAutomatic(StoredTable.Column column) {
        return column.name().equals(TableSql.ROW_ID)
                || Table.AUTOMATIC.stream().anyMatch(field -> field.name().equals(column.name()));
    }

    static boolean isComputed(StoredTable.Column column) {
        return column.says("GENERATED ALWAYS");
    }

    /** A column that keeps its values, and asks for nothing. */
    static String plain(StoredTable.Column column) {
        var type = column.definition().split(" ", 2)[0];
        return List.of("TEXT", "INTEGER", "REAL", "BLOB").contains(type) ? type : "ANY";
    }

    /** Where a value is required now, rows that have none get the default. */
    private static String kept(String name, String definition) {
        var column = TableSql.quoted(name);
        int at = definition.indexOf(" NOT NULL DEFAULT ");
        if (at < 0) {
            return column;
        }
        var value = definition.substring(at + " NOT NULL DEFAULT ".length());
        // The literal is what comes before a CHECK or REFERENCES of ours.
        int end = end(value);
        return "ifnull(" + column + ", " + value.substring(0, end) + ")";
    }

    private static int end(String value) {
        if (!value.startsWith("'")) {
            int space = value.indexOf(' ');
            return space < 0 ? value.length() : space;
        }
        int at = 1;
        while (at < value.length()) {
            if (value.charAt(at) == '\'') {
                if (at + 1 == value.length() || value.charAt(at + 1) != '\'') {
                    return at + 1;
                }
                at++;
            }
            at++;
        }
        return value.length();
    }

    List<String> statements() {
        var quoted = TableSql.quoted(table);
        var made = TableSql.quoted(table + NEW);
        var statements = new ArrayList<String>();
        statements.add(TableSql.create(table + NEW, columns));
        if (!from.isEmpty()) {
            var names = String.join(", ", from.keySet().stream().map(TableSql::quoted).toList());
            statements.add(
                    "INSERT INTO "
                            + made
                            + " ("
                            + names
                            + ") SELECT "
                            + String.join(", ", from.values())
                            + " FROM "
                            + quoted);
        }
        statements.add("DROP TABLE " + quoted);
        statements.add("ALTER TABLE " + made + " RENAME TO " + quoted);
        return statements;
    }
}
