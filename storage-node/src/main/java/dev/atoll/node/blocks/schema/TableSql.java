package dev.atoll.node.blocks.schema;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.sqlite.SqlValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * A declared table in SQL. Immutable.
 *
 * <pre>
 * CREATE TABLE "notes" (
 *   "rowid" INTEGER PRIMARY KEY,             what the full-text index knows a row by
 *   "id" TEXT NOT NULL UNIQUE, "createdAt" INTEGER NOT NULL, "updatedAt" INTEGER NOT NULL,
 *   "title" TEXT NOT NULL DEFAULT 'new',     the declared fields
 *   "done" INTEGER CHECK ("done" IN (0, 1))  …
 * ) STRICT
 * CREATE INDEX "notes$title" ON "notes"("title", "id")
 * CREATE VIRTUAL TABLE "notes$search" USING fts5("title", …)      and three triggers that feed it
 * </pre>
 *
 * A {@code $} is in no declared name: what has one is ours. Ranges, patterns and enums are not
 * here: typed operations check them, and so they can change without touching a row.
 */
public final class TableSql {
    /** The column that is SQLite's own number of a row; no field can have the name. */
    static final String ROW_ID = "rowid";

    /** Between the name of a table and what belongs to it. */
    static final String MARK = "$";

    private static final String SEARCH = MARK + "search";

    private TableSql() {}

    /**
     * The statements that make the table, and all that belongs to it, in an instance without it.
     */
    public static List<String> create(Table table) {
        var statements = new ArrayList<String>();
        statements.add(create(table.name(), columns(table)));
        statements.addAll(indexes(table).values());
        statements.addAll(search(table).values());
        return statements;
    }

    /** The name of the full-text index of a table: MATCH is asked of it, by {@code rowid}. */
    public static String searchName(Table table) {
        return table.name() + SEARCH;
    }

    /** A name as SQL takes it. */
    public static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String create(String name, SequencedMap<String, String> columns) {
        return columns.entrySet().stream()
                .map(column -> quoted(column.getKey()) + " " + column.getValue())
                .collect(
                        Collectors.joining(
                                ", ", "CREATE TABLE " + quoted(name) + " (", ") STRICT"));
    }

    /** The columns by name, each as it is declared. */
    static SequencedMap<String, String> columns(Table table) {
        var columns = new LinkedHashMap<String, String>();
        columns.put(ROW_ID, "INTEGER PRIMARY KEY");
        table.fields().forEach(field -> columns.put(field.name(), column(field)));
        return columns;
    }

    /** Makes the table as one that takes any row, without what is computed: to try that on it. */
    public static String createUnchecked(Table table) {
        return table.fields().stream()
                .filter(field -> !field.isComputed())
                .map(field -> quoted(field.name()) + " " + type(field.type()))
                .collect(
                        Collectors.joining(
                                ", ",
                                "CREATE TABLE "
                                        + quoted(table.name())
                                        + " ("
                                        + quoted(ROW_ID)
                                        + " INTEGER PRIMARY KEY, ",
                                ")"));
    }

    /** Adds what is computed to such a table. */
    public static String addUnchecked(Table table, Field field) {
        return "ALTER TABLE "
                + quoted(table.name())
                + " ADD COLUMN "
                + quoted(field.name())
                + " "
                + typeAndOrigin(field);
    }

    private static String typeAndOrigin(Field field) {
        return type(field.type())
                + field.presence()
                        .computed()
                        .map(expression -> " GENERATED ALWAYS AS (" + expression + ") VIRTUAL")
                        .orElse("");
    }

    private static String column(Field field) {
        var name = quoted(field.name());
        var column = new StringBuilder(typeAndOrigin(field));
        if (field.presence().required()) {
            column.append(" NOT NULL");
        }
        if (field.name().equals(Table.ID)) {
            column.append(" UNIQUE");
        }
        field.presence()
                .initial()
                .ifPresent(value -> column.append(" DEFAULT ").append(literal(value)));
        column.append(check(field, name));
        field.key()
                .reference()
                .ifPresent(
                        reference ->
                                column.append(" REFERENCES ")
                                        .append(quoted(reference.table()))
                                        .append("(")
                                        .append(quoted(reference.field()))
                                        .append(") ON DELETE ")
                                        .append(reference.onDelete().name().replace('_', ' ')));
        return column.toString();
    }

    static String type(FieldType type) {
        return switch (type) {
            case TEXT, JSON -> "TEXT";
            case INTEGER, BOOLEAN, DATETIME -> "INTEGER";
            case REAL -> "REAL";
            case BLOB -> "BLOB";
        };
    }

    /** What STRICT does not see: booleans, JSON, and the type of what is computed. */
    private static String check(Field field, String name) {
        return switch (field.type()) {
            case BOOLEAN -> " CHECK (" + name + " IN (0, 1))";
            case JSON -> " CHECK (json_valid(" + name + "))";
            case TEXT, INTEGER, REAL, DATETIME, BLOB ->
                    field.isComputed()
                            // A rule would compare what has another type, and be wrong.
                            ? " CHECK (typeof("
                                    + name
                                    + ") IN ('"
                                    + type(field.type()).toLowerCase(Locale.ROOT)
                                    + "', 'null'))"
                            : "";
        };
    }

    private static String literal(SqlValue value) {
        return switch (value) {
            case SqlValue.Integer64(long number) -> Long.toString(number);
            case SqlValue.Real(double number) -> Double.toString(number);
            case SqlValue.Text(String text) -> text(text);
            case SqlValue.Null _, SqlValue.Blob _ ->
                    throw new IllegalArgumentException("default: " + value);
        };
    }

    static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** The indexes by name. */
    static SequencedMap<String, String> indexes(Table table) {
        var indexes = new LinkedHashMap<String, String>();
        for (var field : table.fields()) {
            if (field.key().unique() && !field.name().equals(Table.ID)) {
                put(table, new Table.Index(List.of(field.name()), true), indexes);
            } else if (field.key().index()) {
                put(table, new Table.Index(List.of(field.name()), false), indexes);
            }
        }
        table.indexes().forEach(index -> put(table, index, indexes));
        // By which what has expired is found.
        table.features()
                .ttl()
                .ifPresent(ttl -> put(table, new Table.Index(List.of(ttl), false), indexes));
        return indexes;
    }

    private static void put(Table table, Table.Index index, SequencedMap<String, String> indexes) {
        var columns = new LinkedHashSet<>(index.fields());
        if (!index.unique()) {
            // Lists are in an order that ends with the id: so the index has it, and no sort is
            // needed.
            columns.add(Table.ID);
            columns.addAll(index.include());
        }
        var name = indexName(table, index);
        indexes.put(
                name,
                (index.unique() ? "CREATE UNIQUE INDEX " : "CREATE INDEX ")
                        + quoted(name)
                        + " ON "
                        + quoted(table.name())
                        + "("
                        + columns.stream().map(TableSql::quoted).collect(Collectors.joining(", "))
                        + ")"
                        + index.where().map(where -> " WHERE (" + where + ")").orElse(""));
    }

    /** Two indexes that are not the same never have the same name. */
    private static String indexName(Table table, Table.Index index) {
        var name = new StringBuilder(table.name());
        index.fields().forEach(field -> name.append(MARK).append(field));
        if (index.unique()) {
            name.append(MARK).append("unique");
        }
        if (index.where().isPresent() || !index.include().isEmpty()) {
            var rest = new CRC32();
            rest.update((index.where() + " " + index.include()).getBytes(StandardCharsets.UTF_8));
            name.append(MARK).append(Long.toHexString(rest.getValue()));
        }
        return name.toString();
    }

    /** What makes the full-text index, by name; nothing where the table has none. */
    static SequencedMap<String, String> search(Table table) {
        var statements = new LinkedHashMap<String, String>();
        if (table.features().search().isEmpty()) {
            return statements;
        }
        var search = searchName(table);
        var columns = list("", table);
        statements.put(
                search,
                "CREATE VIRTUAL TABLE "
                        + quoted(search)
                        + " USING fts5("
                        + columns
                        + ", content="
                        + text(table.name())
                        + ", content_rowid='"
                        + ROW_ID
                        + "', tokenize='unicode61 remove_diacritics 2', prefix='2 3')");
        var add =
                "INSERT INTO %s(rowid, %s) VALUES (new.rowid, %s);"
                        .formatted(quoted(search), columns, list("new.", table));
        // The index has no text of its own: to forget a row it is told what it knew.
        var remove =
                "INSERT INTO %s(%s, rowid, %s) VALUES ('delete', old.rowid, %s);"
                        .formatted(quoted(search), quoted(search), columns, list("old.", table));
        putTrigger("INSERT", "", add, table, statements);
        putTrigger("DELETE", "", remove, table, statements);
        var changed =
                table.features().search().stream()
                        .map(TableSql::quoted)
                        .map(name -> "old." + name + " IS NOT new." + name)
                        .collect(Collectors.joining(" OR "));
        putTrigger(
                "UPDATE",
                "WHEN old.rowid <> new.rowid OR " + changed + " ",
                remove + " " + add,
                table,
                statements);
        return statements;
    }

    private static String list(String prefix, Table table) {
        return table.features().search().stream()
                .map(name -> prefix + quoted(name))
                .collect(Collectors.joining(", "));
    }

    private static void putTrigger(
            String event,
            String when,
            String body,
            Table table,
            SequencedMap<String, String> statements) {
        var name = searchName(table) + MARK + event.toLowerCase(Locale.ROOT);
        statements.put(
                name,
                "CREATE TRIGGER "
                        + quoted(name)
                        + " AFTER "
                        + event
                        + " ON "
                        + quoted(table.name())
                        + " "
                        + when
                        + "BEGIN "
                        + body
                        + " END");
    }
}
