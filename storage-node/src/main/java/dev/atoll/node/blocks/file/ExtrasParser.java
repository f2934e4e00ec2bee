package dev.atoll.node.blocks.file;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.schema.TableSql;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.sqlite.ScratchDatabase;
import dev.atoll.node.sqlite.SqlCheck;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes of the fields a table with its indexes, search and expiry, and notes what of them is wrong.
 * One thread at a time.
 */
final class ExtrasParser {
    /** Columns that a full-text index has by itself. */
    private static final Set<String> SEARCH_OWN = Set.of("rank", "rowid");

    private final Problems problems;
    private final ScratchDatabase scratch;

    ExtrasParser(Problems problems, ScratchDatabase scratch) {
        this.problems = problems;
        this.scratch = scratch;
    }

    Table table(String name, List<Field> fields, Item.Entries item) {
        var features =
                new Table.Features(
                        texts(item.items("search")), item.scalar("ttl").map(Item.Scalar::text));
        var indexes = item.items("indexes").stream().map(ExtrasParser::index).toList();
        var table = new Table(name, fields, indexes, features, Map.of());
        checkIndexes(item, table);
        checkSearch(item, table);
        checkTtl(item, table);
        checkSql(item, table);
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

    private void checkIndexes(Item.Entries item, Table table) {
        var indexes = new HashSet<Table.Index>();
        for (var element : item.items("indexes")) {
            var entries = (Item.Entries) element;
            var seen = new HashSet<String>();
            for (var key : List.of("fields", "include")) {
                for (var name : entries.items(key)) {
                    var scalar = (Item.Scalar) name;
                    checkField(scalar, table)
                            .filter(field -> key.equals("fields") && !hasOrder(field.type()))
                            .ifPresent(field -> typeProblem(scalar, field, ", which has no order"));
                    if (!seen.add(scalar.text())) {
                        problem(scalar, "'" + scalar.text() + "' is there twice");
                    }
                }
            }
            if (entries.flag("unique")) {
                entries.find("include")
                        .ifPresent(
                                include ->
                                        problem(
                                                include,
                                                "include of a unique index (expected: an index of"
                                                        + " its own)"));
            }
            if (!indexes.add(index(entries))) {
                problem(entries, "the same index is there twice");
            }
        }
    }

    private static boolean hasOrder(FieldType type) {
        return type != FieldType.JSON && type != FieldType.BLOB;
    }

    private void checkSearch(Item.Entries item, Table table) {
        var seen = new HashSet<String>();
        for (var name : item.items("search")) {
            var scalar = (Item.Scalar) name;
            checkType(scalar, FieldType.TEXT, table);
            if (!seen.add(scalar.text())) {
                problem(scalar, "'" + scalar.text() + "' is there twice");
            }
            if (SEARCH_OWN.contains(scalar.text())) {
                problem(scalar, "'" + scalar.text() + "' cannot be searched: SQLite uses the name");
            }
        }
    }

    private void checkTtl(Item.Entries item, Table table) {
        item.scalar("ttl").ifPresent(scalar -> checkType(scalar, FieldType.DATETIME, table));
    }

    private void checkType(Item.Scalar scalar, FieldType type, Table table) {
        checkField(scalar, table)
                .filter(field -> field.type() != type)
                .ifPresent(field -> typeProblem(scalar, field, " (expected: " + type.word() + ")"));
    }

    private void typeProblem(Item.Scalar scalar, Field field, String why) {
        problem(scalar, "'" + field.name() + "' is " + field.type().word() + why);
    }

    private Optional<Field> checkField(Item.Scalar name, Table table) {
        var field = table.find(name.text());
        if (field.isEmpty()) {
            var names = table.fields().stream().map(Field::name).toList();
            problem(name, YamlReader.unknown("field", name.text(), names) + " in " + table.name());
        }
        return field;
    }

    /** What the file says in SQL: first that it is an expression, then what SQLite makes of it. */
    private void checkSql(Item.Entries item, Table table) {
        var computed = new ArrayList<Item.Scalar>();
        item.entries("fields")
                .ifPresent(
                        all ->
                                all.values()
                                        .forEach(
                                                (name, field) ->
                                                        ((Item.Entries) field.value())
                                                                .scalar("computed")
                                                                .filter(
                                                                        _ ->
                                                                                table.find(name)
                                                                                        .isPresent())
                                                                .ifPresent(computed::add)));
        var conditions =
                item.items("indexes").stream()
                        .flatMap(index -> ((Item.Entries) index).scalar("where").stream())
                        .toList();
        boolean right = true;
        for (var list : List.of(computed, conditions)) {
            for (var sql : list) {
                var problem = SqlCheck.expression(sql.text());
                problem.ifPresent(text -> problem(sql, text));
                right &= problem.isEmpty();
            }
        }
        if (right && !(computed.isEmpty() && conditions.isEmpty())) {
            tryTable(table, computed, conditions);
        }
    }

    private void tryTable(Table table, List<Item.Scalar> computed, List<Item.Scalar> conditions) {
        var statements = TableSql.create(withoutUnknown(table));
        var made = scratch.runStrictly(statements.getFirst());
        if (made.isPresent()) {
            // SQLite names the column, if not the place.
            problem(
                    computed.isEmpty() ? conditions.getFirst() : guilty(table, computed),
                    made.get());
            return;
        }
        // One after the other, in the order of the file, those with a condition alone.
        var partial =
                statements.stream()
                        .filter(sql -> sql.contains(" WHERE (") && sql.contains(" INDEX "))
                        .toList();
        for (int i = 0; i < partial.size() && partial.size() == conditions.size(); i++) {
            var condition = conditions.get(i);
            scratch.runStrictly(partial.get(i)).ifPresent(text -> problem(condition, text));
        }
        scratch.runAll(List.of("DROP TABLE " + TableSql.quoted(table.name())));
        tryRows(table, computed, conditions, partial);
    }

    private void tryRows(
            Table table,
            List<Item.Scalar> computed,
            List<Item.Scalar> conditions,
            List<String> partial) {
        try (var rows = new RowTrial(table, scratch)) {
            boolean right = true;
            for (var sql : computed) {
                var found = rows.computed(sql.text());
                found.ifPresent(text -> problem(sql, text));
                right &= found.isEmpty();
            }
            // They may ask what is computed.
            for (int i = 0;
                    right && i < partial.size() && partial.size() == conditions.size();
                    i++) {
                var condition = conditions.get(i);
                rows.index(partial.get(i)).ifPresent(text -> problem(condition, text));
            }
        }
    }

    /** Where names were wrong, the rest is still looked at. */
    private static Table withoutUnknown(Table table) {
        var indexes =
                table.indexes().stream()
                        .filter(
                                index ->
                                        index.fields().stream()
                                                .allMatch(name -> table.find(name).isPresent()))
                        .filter(
                                index ->
                                        index.include().stream()
                                                .allMatch(name -> table.find(name).isPresent()))
                        .toList();
        return new Table(table.name(), table.fields(), indexes, table.features(), Map.of());
    }

    /** The first computed field without which the table could be made. */
    private Item.Scalar guilty(Table table, List<Item.Scalar> computed) {
        for (var scalar : computed) {
            var others =
                    table.fields().stream()
                            .filter(
                                    field ->
                                            field.presence()
                                                    .computed()
                                                    .filter(scalar.text()::equals)
                                                    .isEmpty())
                            .toList();
            var rest =
                    new Table(
                            table.name(),
                            others,
                            List.of(),
                            new Table.Features(List.of(), Optional.empty()),
                            Map.of());
            if (scratch.runStrictly(TableSql.create(rest).getFirst()).isEmpty()) {
                scratch.runAll(List.of("DROP TABLE " + TableSql.quoted(table.name())));
                return scalar;
            }
        }
        return computed.getFirst();
    }

    private void problem(Item item, String text) {
        problems.add(item.place(), text);
    }
}
