package dev.atoll.node.blocks;

import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.RuleField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Makes tables of what the file says of them, and notes their problems. One thread at a time. */
final class TableParser {
    /** What every table has by itself. */
    private static final List<Field> AUTOMATIC =
            List.of(
                    Field.automatic("id", FieldType.TEXT),
                    Field.automatic("createdAt", FieldType.DATETIME),
                    Field.automatic("updatedAt", FieldType.DATETIME));

    private final List<FileProblem> problems;
    private final FieldParser fields;

    TableParser(List<FileProblem> problems) {
        this.problems = problems;
        this.fields = new FieldParser(problems);
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
                                            if (checkName("table", name, named, names)) {
                                                tables.add(
                                                        table(name, (Item.Entries) named.value()));
                                            }
                                        }));
        items.ifPresent(all -> checkReferences(all, tables));
        return tables;
    }

    /** Whether the name can be used. */
    private boolean checkName(
            String what, String name, Item.Named named, Map<String, String> names) {
        var folded = name.toLowerCase(Locale.ROOT);
        var other = names.putIfAbsent(folded, name);
        if (other != null) {
            problem(named.key(), what + " '" + name + "' is '" + other + "' to SQL");
        }
        if (folded.startsWith("sqlite_") || !RuleField.isName(name)) {
            problem(named.key(), what + " '" + name + "' (expected: a name that is not reserved)");
            return false;
        }
        return other == null;
    }

    private Table table(String name, Item.Entries item) {
        var declared = new ArrayList<>(AUTOMATIC);
        var names = new HashMap<String, String>();
        AUTOMATIC.forEach(field -> names.put(field.name().toLowerCase(Locale.ROOT), field.name()));
        item.entries("fields")
                .ifPresent(
                        all ->
                                all.values()
                                        .forEach(
                                                (field, named) -> {
                                                    var parsed = fields.field(field, named);
                                                    if (checkName("field", field, named, names)) {
                                                        declared.add(parsed);
                                                    }
                                                }));
        var table =
                new Table(
                        name,
                        declared,
                        item.items("indexes").stream().map(TableParser::index).toList(),
                        new Table.Features(
                                texts(item.items("search")),
                                item.scalar("ttl").map(Item.Scalar::text)),
                        Map.of());
        checkNames(item, table);
        return table;
    }

    private static Table.Index index(Item item) {
        var entries = (Item.Entries) item;
        return new Table.Index(
                texts(entries.items("fields")),
                entries.flag("unique"),
                entries.scalar("where").map(Item.Scalar::text),
                texts(entries.items("include")));
    }

    private static List<String> texts(List<Item> items) {
        return items.stream().map(item -> ((Item.Scalar) item).text()).toList();
    }

    /** Of the fields that indexes, search and expiry speak of. */
    private void checkNames(Item.Entries item, Table table) {
        for (var index : item.items("indexes")) {
            var entries = (Item.Entries) index;
            var seen = new HashSet<String>();
            for (var key : List.of("fields", "include")) {
                for (var name : entries.items(key)) {
                    var scalar = (Item.Scalar) name;
                    checkField(scalar, table);
                    if (!seen.add(scalar.text())) {
                        problem(scalar.place(), "'" + scalar.text() + "' is there twice");
                    }
                }
            }
        }
        for (var name : item.items("search")) {
            var scalar = (Item.Scalar) name;
            checkField(scalar, table)
                    .filter(field -> field.type() != FieldType.TEXT)
                    .ifPresent(
                            field ->
                                    problem(
                                            scalar.place(),
                                            "'"
                                                    + field.name()
                                                    + "' is "
                                                    + field.type().word()
                                                    + " (expected: text)"));
        }
        item.scalar("ttl")
                .ifPresent(
                        scalar ->
                                checkField(scalar, table)
                                        .filter(field -> field.type() != FieldType.DATETIME)
                                        .ifPresent(
                                                field ->
                                                        problem(
                                                                scalar.place(),
                                                                "'"
                                                                        + field.name()
                                                                        + "' is "
                                                                        + field.type().word()
                                                                        + " (expected: datetime)")));
    }

    private Optional<Field> checkField(Item.Scalar name, Table table) {
        var field = table.find(name.text());
        if (field.isEmpty()) {
            var names = table.fields().stream().map(Field::name).toList();
            problem(
                    name.place(),
                    YamlReader.unknown("field", name.text(), names) + " in " + table.name());
        }
        return field;
    }

    /** Once all tables are known: each references a field that no two rows share. */
    private void checkReferences(Item.Entries items, List<Table> tables) {
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
                                                        place ->
                                                                checkReference(
                                                                        place, field, reference,
                                                                        tables)));
            }
        }
    }

    private void checkReference(
            Item.Scalar place, Field field, Field.Reference reference, List<Table> tables) {
        var table =
                tables.stream().filter(other -> other.name().equals(reference.table())).findFirst();
        if (table.isEmpty()) {
            var names = tables.stream().map(Table::name).toList();
            problem(place.place(), YamlReader.unknown("table", reference.table(), names));
            return;
        }
        var target = table.get().find(reference.field());
        if (target.isEmpty()) {
            var names = table.get().fields().stream().map(Field::name).toList();
            problem(
                    place.place(),
                    YamlReader.unknown("field", reference.field(), names)
                            + " in "
                            + reference.table());
        } else if (!target.get().isUnique()) {
            problem(place.place(), "'" + place.text() + "' is not unique (expected: that it is)");
        } else if (target.get().type() != field.type()) {
            problem(
                    place.place(),
                    "'"
                            + place.text()
                            + "' is "
                            + target.get().type().word()
                            + " (expected: "
                            + field.type().word()
                            + ")");
        }
    }

    private void problem(Place place, String text) {
        problems.add(place.problem(text));
    }
}
