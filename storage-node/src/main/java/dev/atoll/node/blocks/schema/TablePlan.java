package dev.atoll.node.blocks.schema;

import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.schema.Change.Effect;
import dev.atoll.node.sqlite.StoredTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** The way to one declared table from what there is of it. One thread at a time. */
final class TablePlan {
    private final Table table;
    private final There there;
    private final SequencedMap<String, String> parts = new LinkedHashMap<>();
    private final List<String> sql = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    private final List<Change> hidden = new ArrayList<>();

    private TablePlan(Table table, There there) {
        this.table = table;
        this.there = there;
        parts.putAll(TableSql.indexes(table));
        parts.putAll(TableSql.search(table));
    }

    static TablePlan of(Table table, There there) {
        var plan = new TablePlan(table, there);
        there.table(table.name()).ifPresentOrElse(plan::change, plan::create);
        return plan;
    }

    /** Empty if nothing is to be done. */
    Optional<SchemaStep> step() {
        return sql.isEmpty()
                ? Optional.empty()
                : Optional.of(new SchemaStep(table.name(), sql, changes));
    }

    /** Columns that are there, and declared no more. */
    List<Change> hidden() {
        return hidden;
    }

    static String drop(SchemaItem item) {
        return "DROP " + item.type().toUpperCase(Locale.ROOT) + " " + TableSql.quoted(item.name());
    }

    static boolean refers(StoredTable.Column column) {
        return column.says("REFERENCES");
    }

    private void create() {
        sql.addAll(TableSql.create(table));
        note(Effect.HARMLESS, "", "added");
    }

    private void change(StoredTable stored) {
        var declared = TableSql.columns(table);
        var wanted = StoredTable.of(TableSql.create(table.name(), declared));
        var missing = new ArrayList<StoredTable.Column>();
        boolean anew = isMadeOtherwise(stored, wanted);
        if (anew) {
            note(Effect.MAY_FAIL, "", "made anew: fails where a value does not fit");
        }
        for (var column : wanted.columns()) {
            var old = stored.find(column.name());
            if (old.isEmpty()) {
                missing.add(column);
                anew |= !canBeAdded(column);
                noteAdded(column);
            } else if (!old.get().equals(column)) {
                anew = true;
                ColumnChanges.of(old.get(), column, declaredType(column)).forEach(this::note);
            }
        }
        var dropped = new ArrayList<StoredTable.Column>();
        for (var column : stored.columns()) {
            if (wanted.find(column.name()).isEmpty()) {
                if (Rebuild.isComputed(column)) {
                    dropped.add(column);
                    note(Effect.HARMLESS, column.name(), "removed: it was computed");
                } else {
                    declared.put(column.name(), Rebuild.plain(column));
                    anew |= refers(column) || column.says("NOT NULL");
                    hidden.add(
                            new Change(
                                    Effect.DESTRUCTIVE,
                                    table.name() + "." + column.name(),
                                    "removed: its values are hidden, and kept"));
                }
            }
        }
        // ALTER TABLE takes computed columns one by one, and one may need the other.
        anew |= missing.stream().filter(Rebuild::isComputed).count() > 1 || dropped.size() > 1;
        if (anew) {
            makeAnew(stored, declared);
        } else {
            alter(missing, dropped);
        }
    }

    /** As the declaration names it; the column of what nobody declares has its own. */
    private String declaredType(StoredTable.Column column) {
        return table.fields().stream()
                .filter(field -> field.name().equals(column.name()))
                .map(field -> field.type().word())
                .findFirst()
                .orElseGet(() -> Rebuild.plain(column).toLowerCase(Locale.ROOT));
    }

    /** A migration may have made the table in its own way. */
    private static boolean isMadeOtherwise(StoredTable stored, StoredTable wanted) {
        return !stored.options().equals(wanted.options()) || !stored.constraints().isEmpty();
    }

    private void makeAnew(StoredTable stored, SequencedMap<String, String> columns) {
        // Its indexes and triggers go with the old table; the full-text index would stay.
        there.parts(table.name()).stream()
                .filter(part -> part.type().equals("table"))
                .forEach(part -> sql.add(drop(part)));
        sql.addAll(Rebuild.of(table.name(), stored, columns).statements());
        parts.forEach(this::add);
        noteIndexes(Map.of());
    }

    private void alter(List<StoredTable.Column> missing, List<StoredTable.Column> dropped) {
        var kept = new LinkedHashMap<String, String>();
        boolean searchStays = searchStays();
        for (var part : there.parts(table.name())) {
            boolean stays =
                    part.sql().equals(parts.get(part.name())) && (searchStays || !isSearch(part));
            if (stays) {
                kept.put(part.name(), part.sql());
            } else {
                sql.add(drop(part));
            }
        }
        // What is computed goes before what it is computed of may be another.
        for (var column : dropped) {
            sql.add(
                    "ALTER TABLE "
                            + TableSql.quoted(table.name())
                            + " DROP COLUMN "
                            + TableSql.quoted(column.name()));
        }
        missing.sort(Comparator.comparing(Rebuild::isComputed));
        for (var column : missing) {
            sql.add(
                    "ALTER TABLE "
                            + TableSql.quoted(table.name())
                            + " ADD COLUMN "
                            + TableSql.quoted(column.name())
                            + " "
                            + TableSql.columns(table).get(column.name()));
        }
        parts.forEach(
                (name, statement) -> {
                    if (!kept.containsKey(name)) {
                        add(name, statement);
                    }
                });
        noteIndexes(kept);
    }

    /** The full-text index and its triggers are made together, or not at all. */
    private boolean searchStays() {
        var have = new LinkedHashMap<String, String>();
        there.parts(table.name()).stream()
                .filter(this::isSearch)
                .forEach(part -> have.put(part.name(), part.sql()));
        return have.equals(TableSql.search(table));
    }

    private boolean isSearch(SchemaItem part) {
        return part.name().startsWith(TableSql.searchName(table));
    }

    private void add(String name, String statement) {
        sql.add(statement);
        if (name.equals(TableSql.searchName(table))) {
            // The rows that are there already.
            var quoted = TableSql.quoted(name);
            sql.add("INSERT INTO " + quoted + "(" + quoted + ") VALUES ('rebuild')");
        }
    }

    /** Whether ALTER TABLE takes it, however many rows there are. */
    private static boolean canBeAdded(StoredTable.Column column) {
        return !column.says("NOT NULL") || column.says("DEFAULT");
    }

    private void noteAdded(StoredTable.Column column) {
        if (!canBeAdded(column)) {
            note(
                    Effect.MAY_FAIL,
                    column.name(),
                    "added, required and without a default: fails where there are rows");
        } else if (Rebuild.isComputed(column)) {
            note(
                    Effect.MAY_FAIL,
                    column.name(),
                    "added: fails where what is computed is of another type");
        } else {
            note(Effect.HARMLESS, column.name(), "added");
        }
    }

    private void noteIndexes(Map<String, String> kept) {
        var before = new LinkedHashMap<String, String>();
        there.parts(table.name()).forEach(part -> before.put(part.name(), part.sql()));
        parts.forEach(
                (name, statement) -> {
                    if (!kept.containsKey(name) && !before.containsKey(name)) {
                        noteIndex(name, statement);
                    }
                });
        before.forEach(
                (name, statement) -> {
                    if (!parts.containsKey(name) && !statement.startsWith("CREATE TRIGGER")) {
                        note(Effect.HARMLESS, "", "index removed: " + name);
                    }
                });
    }

    private void noteIndex(String name, String statement) {
        if (statement.startsWith("CREATE UNIQUE")) {
            note(Effect.MAY_FAIL, "", "unique index added: " + name + "; fails on equal values");
        } else if (!statement.startsWith("CREATE TRIGGER")) {
            note(Effect.HARMLESS, "", "index added: " + name);
        }
    }

    private void note(Effect effect, String column, String text) {
        note(new Change(effect, column, text));
    }

    private void note(Change change) {
        changes.add(change.of(table.name()));
    }
}
