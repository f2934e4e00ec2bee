package dev.atoll.node.blocks.file;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.RuleField;
import dev.atoll.node.sqlite.ScratchDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes tables of what the file says of them, and notes their problems. One thread at a time. */
final class TableParser {
    /** Names of tables that would hide what SQL means by them. */
    private static final Set<String> TABLES_OF_SQL =
            Set.of("json_each", "json_tree", "jsonb_each", "jsonb_tree", "new", "old", "excluded");

    private static final Set<String> FIELDS_OF_SQL = Set.of("rowid", "oid");

    private final Problems problems;
    private final FieldParser fields;
    private final ExtrasParser extras;

    TableParser(Problems problems, ScratchDatabase scratch) {
        this.problems = problems;
        this.fields = new FieldParser(problems);
        this.extras = new ExtrasParser(problems, scratch);
    }

    /** The tables of one block, without their rules. */
    List<Table> tables(Optional<Item.Entries> items) {
        var tables = new ArrayList<Table>();
        // SQL does not tell small letters from capital ones in names.
        var names = new HashMap<String, String>();
        items.ifPresent(
                all ->
                        all.values()
                                .forEach(
                                        (name, named) -> {
                                            if (checkTable(name, named, names)) {
                                                tables.add(
                                                        table(name, (Item.Entries) named.value()));
                                            }
                                        }));
        items.ifPresent(all -> checkReferences(all, tables));
        return tables;
    }

    private boolean checkTable(String name, Item.Named named, Map<String, String> names) {
        var folded = name.toLowerCase(Locale.ROOT);
        boolean reserved =
                folded.startsWith("sqlite_")
                        || folded.startsWith("pragma_")
                        || TABLES_OF_SQL.contains(folded);
        return checkName("table", name, reserved, named, names);
    }

    private boolean checkField(String name, Item.Named named, Map<String, String> names) {
        boolean reserved = FIELDS_OF_SQL.contains(name.toLowerCase(Locale.ROOT));
        return checkName("field", name, reserved, named, names);
    }

    /** Whether the name can be used. */
    private boolean checkName(
            String what,
            String name,
            boolean reserved,
            Item.Named named,
            Map<String, String> names) {
        var other = names.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
        if (other != null) {
            problems.add(
                    named.key(),
                    other.equals(name)
                            ? "every table has the " + what + " '" + name + "' by itself"
                            : what + " '" + name + "' is '" + other + "' to SQL");
        }
        if (reserved || !RuleField.isName(name)) {
            problems.add(
                    named.key(), what + " '" + name + "' (expected: a name that is not reserved)");
            return false;
        }
        return other == null;
    }

    private Table table(String name, Item.Entries item) {
        var declared = new ArrayList<>(Table.AUTOMATIC);
        var names = new HashMap<String, String>();
        Table.AUTOMATIC.forEach(
                field -> names.put(field.name().toLowerCase(Locale.ROOT), field.name()));
        item.entries("fields")
                .ifPresent(
                        all ->
                                all.values()
                                        .forEach(
                                                (field, named) -> {
                                                    var parsed = fields.field(field, named);
                                                    if (checkField(field, named, names)) {
                                                        declared.add(parsed);
                                                    }
                                                }));
        return extras.table(name, declared, item);
    }

    /** Once all tables are known: each references a field that no two rows share. */
    private void checkReferences(Item.Entries items, List<Table> tables) {
        var byName = new HashMap<String, Table>();
        tables.forEach(table -> byName.put(table.name(), table));
        for (var table : tables) {
            for (var field : table.fields()) {
                field.key()
                        .reference()
                        .ifPresent(
                                reference ->
                                        items.entries(table.name())
                                                .flatMap(item -> item.entries("fields"))
                                                .flatMap(all -> all.entries(field.name()))
                                                .flatMap(item -> item.scalar("references"))
                                                .ifPresent(
                                                        place -> {
                                                            check(place, field, reference, byName);
                                                            warn(place, table, field);
                                                        }));
            }
        }
    }

    private void check(
            Item.Scalar place, Field field, Field.Reference reference, Map<String, Table> tables) {
        var table = tables.get(reference.table());
        if (table == null) {
            problem(place, YamlReader.unknown("table", reference.table(), tables.keySet()));
            return;
        }
        var target = table.find(reference.field());
        if (target.isEmpty()) {
            var names = table.fields().stream().map(Field::name).toList();
            problem(
                    place,
                    YamlReader.unknown("field", reference.field(), names)
                            + " in "
                            + reference.table());
        } else if (!target.get().key().unique()) {
            problem(place, "'" + place.text() + "' is not unique (expected: that it is)");
        } else if (target.get().type() != field.type()) {
            problem(
                    place,
                    "'"
                            + place.text()
                            + "' is "
                            + target.get().type().word()
                            + " (expected: "
                            + field.type().word()
                            + ")");
        }
    }

    /** SQLite looks for the rows that reference one that is deleted. */
    private void warn(Item.Scalar place, Table table, Field field) {
        boolean found =
                field.key().unique()
                        || field.key().index()
                        || table.indexes().stream()
                                .anyMatch(
                                        index ->
                                                index.where().isEmpty()
                                                        && index.fields().stream()
                                                                .limit(1)
                                                                .anyMatch(field.name()::equals));
        if (!found) {
            problems.warn(
                    place.place()
                            .problem(
                                    "no index: each row that is deleted in "
                                            + place.text().substring(0, place.text().indexOf('.'))
                                            + " has every row of "
                                            + table.name()
                                            + " looked at (expected: index: true)"));
        }
    }

    private void problem(Item item, String text) {
        problems.add(item.place(), text);
    }
}
