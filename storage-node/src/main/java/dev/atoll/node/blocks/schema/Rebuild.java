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
    private static final String REQUIRED_WITH_DEFAULT = " NOT NULL DEFAULT ";

    /** Keeps values of columns that stay; whoever has no value gets the default. */
    static Rebuild of(String table, StoredTable stored, SequencedMap<String, String> columns) {
        var from = new LinkedHashMap<String, String>();
        columns.forEach(
                (name, definition) ->
                        stored.find(name)
                                .filter(old -> !isComputed(old))
                                .filter(_ -> !definition.contains("GENERATED ALWAYS"))
                                .ifPresent(
                                        old -> from.put(name, kept(name, plain(old), definition))));
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
    private static String kept(String name, String oldType, String definition) {
        var value = converted(TableSql.quoted(name), oldType, definition.split(" ", 2)[0]);
        int at = definition.indexOf(REQUIRED_WITH_DEFAULT);
        if (at < 0) {
            return value;
        }
        // The literal is what comes before a CHECK or REFERENCES of ours.
        var initial = definition.substring(at + REQUIRED_WITH_DEFAULT.length());
        return "ifnull(" + value + ", " + initial.substring(0, end(initial)) + ")";
    }

    /**
     * A value as another type, if that loses nothing: SQLite by itself would make 7 of '007', and
     * another number of an integer that has more digits than a real. Else a blob, which no such
     * column takes.
     */
    private static String converted(String column, String from, String to) {
        var same =
                switch (from + " " + to) {
                    case "TEXT INTEGER" -> back(column, "INTEGER", "TEXT");
                    case "TEXT REAL" ->
                            "%1$s = CAST(CAST(%1$s AS REAL) AS TEXT) OR %1$s ="
                                    + " CAST(CAST(CAST(%1$s AS REAL) AS INTEGER) AS TEXT)";
                    case "INTEGER REAL" -> "%1$s BETWEEN -9007199254740992 AND 9007199254740992";
                    case "REAL INTEGER" -> back(column, "INTEGER", "REAL");
                    case "REAL TEXT" -> back(column, "TEXT", "REAL");
                    // To text every integer goes, from blobs nothing, which STRICT sees to.
                    default -> "";
                };
        return same.isEmpty()
                ? column
                : "CASE WHEN %1$s IS NULL OR %2$s THEN CAST(%1$s AS %3$s) ELSE x'00' END"
                        .formatted(column, same.formatted(column), to);
    }

    private static String back(String column, String to, String from) {
        return "%s = CAST(CAST(%s AS %s) AS %s)".formatted(column, column, to, from);
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
