package dev.atoll.node.blocks.schema;

import dev.atoll.node.blocks.Table;
import dev.atoll.node.sqlite.StoredTable;
import java.util.List;

/**
 * Whether what an instance has may be taken for what is declared, as far as it is there: a rule
 * that compares a number would be wrong about a column of texts, and without saying so. What is not
 * there at all is no question: a statement that names it fails. Immutable.
 */
public final class Unlikeness {
    private static final String CHECK = " CHECK (";
    private static final String REFERENCES = " REFERENCES ";
    private static final String GENERATED = " GENERATED ";

    private Unlikeness() {}

    /** Whether a declared column is there and holds what is not of the declared type. */
    public static boolean anyIn(List<SchemaItem> items, List<Table> tables) {
        var there = new There(items);
        return tables.stream()
                .anyMatch(
                        table ->
                                there.table(table.name())
                                        .filter(stored -> isUnlike(stored, table))
                                        .isPresent());
    }

    private static boolean isUnlike(StoredTable stored, Table table) {
        var wanted = StoredTable.of(TableSql.create(table.name(), TableSql.columns(table)));
        return !stored.options().equals(wanted.options())
                || wanted.columns().stream()
                        .anyMatch(
                                column ->
                                        stored.find(column.name())
                                                .filter(old -> !type(old).equals(type(column)))
                                                .isPresent());
    }

    /** What SQLite holds its values to, and nothing of whether there has to be one. */
    private static String type(StoredTable.Column column) {
        var text = column.definition() + " ";
        int check = text.indexOf(CHECK);
        int references = text.indexOf(REFERENCES, Math.max(0, check));
        return text.substring(0, text.indexOf(' '))
                + text.contains(GENERATED)
                + (check < 0
                        ? ""
                        : text.substring(check, references < 0 ? text.length() : references));
    }
}
