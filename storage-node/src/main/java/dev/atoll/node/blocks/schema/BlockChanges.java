package dev.atoll.node.blocks.schema;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Rule;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.schema.Change.Effect;
import dev.atoll.node.sqlite.ScratchDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What is different between two declarations: what the one who applies the newer is shown, and
 * asked to allow. One thread at a time.
 *
 * <p>What becomes of tables is tried, not guessed: the older tables are made in memory, the newer
 * migrations run on them, and the rest is what is still missing then. So a field that a migration
 * renames is not taken for one that is removed.
 */
public final class BlockChanges {
    /** Steps that are run, and not only planned. */
    private static final int TRIED_MAX = 100;

    private final List<Change> changes = new ArrayList<>();

    private BlockChanges() {}

    /** All changes, the worst first; empty if the declarations are the same. */
    public static List<Change> between(List<Block> before, List<Block> after) {
        var changes = new BlockChanges();
        var old = new HashMap<String, Block>();
        before.forEach(block -> old.put(block.name(), block));
        for (var block : after) {
            var from = old.remove(block.name());
            if (from == null) {
                changes.note(Effect.HARMLESS, block.name(), "added");
            } else {
                changes.compare(from, block);
            }
        }
        before.stream()
                .filter(block -> old.containsKey(block.name()))
                .forEach(
                        block ->
                                changes.note(
                                        Effect.DESTRUCTIVE,
                                        block.name(),
                                        "removed: its instances cannot be called any more; they are"
                                                + " kept, and listed"));
        return changes.changes.stream().sorted().toList();
    }

    private void compare(Block from, Block to) {
        compareModes(from, to);
        int known = from.upkeep().migrations().size();
        boolean inOrder = compareMigrations(from, to);
        var added =
                inOrder
                        ? to.upkeep().migrations().subList(known, to.upkeep().migrations().size())
                        : List.<Block.Migration>of();
        if (!from.mode().sql() && !to.mode().sql()) {
            compareTables(from, to, added);
        }
        compareRules(to.name(), from.access(), to.access());
        var older = byName(from);
        for (var table : to.tables()) {
            var old = older.get(table.name());
            if (old != null) {
                compareUse(to.name(), old, table);
            }
        }
        if (!from.upkeep().limits().equals(to.upkeep().limits())) {
            note(Effect.HARMLESS, to.name() + ".limits", "changed");
        }
    }

    private void compareModes(Block from, Block to) {
        if (from.mode().dynamic() != to.mode().dynamic()) {
            note(
                    Effect.DESTRUCTIVE,
                    to.name() + ".dynamic",
                    "changed: instances have other keys then, and those that there are cannot be"
                            + " called any more");
        }
        if (from.mode().sql() != to.mode().sql()) {
            note(
                    Effect.DESTRUCTIVE,
                    to.name() + ".sql",
                    "changed: what there is stays as it is, and is not seen by what comes");
        }
        if (from.mode().anonymous() != to.mode().anonymous()) {
            note(
                    Effect.HARMLESS,
                    to.name() + ".anonymous",
                    to.mode().anonymous()
                            ? "callers without a token are let in"
                            : "callers without a token are refused");
        }
        if (from.mode().secureDelete() != to.mode().secureDelete()) {
            note(Effect.HARMLESS, to.name() + ".secure-delete", "changed");
        }
    }

    /** Whether those that were there are still there, unchanged and first. */
    private boolean compareMigrations(Block from, Block to) {
        var older = from.upkeep().migrations();
        var newer = to.upkeep().migrations();
        boolean inOrder =
                newer.size() >= older.size() && newer.subList(0, older.size()).equals(older);
        if (inOrder) {
            newer.subList(older.size(), newer.size())
                    .forEach(
                            migration ->
                                    note(Effect.MAY_FAIL, name(to, migration), "a new migration"));
            return true;
        }
        var statements = new HashMap<String, List<String>>();
        newer.forEach(migration -> statements.put(migration.name(), migration.statements()));
        boolean found = false;
        for (var migration : older) {
            var now = statements.get(migration.name());
            if (now == null) {
                found = true;
                note(
                        Effect.DESTRUCTIVE,
                        name(to, migration),
                        "removed: instances that have not run it never will");
            } else if (!now.equals(migration.statements())) {
                found = true;
                note(
                        Effect.IMPOSSIBLE,
                        name(to, migration),
                        "changed: some instances have run it (expected: a new one)");
            }
        }
        if (!found) {
            note(
                    Effect.IMPOSSIBLE,
                    to.name() + ".migrations",
                    "in another order (expected: new ones after those that were there)");
        }
        return false;
    }

    private static String name(Block block, Block.Migration migration) {
        return block.name() + ".migrations." + migration.name();
    }

    private void compareTables(Block from, Block to, List<Block.Migration> added) {
        if (!added.isEmpty()) {
            tryTables(to, from.tables(), to.tables(), added);
            return;
        }
        var gone = byName(from);
        // One by one: each ALTER TABLE reads the whole schema, which may have a thousand tables.
        for (var table : to.tables()) {
            var old = Optional.ofNullable(gone.remove(table.name()));
            if (old.filter(same -> isSame(same, table)).isEmpty()) {
                tryTables(to, old.stream().toList(), List.of(table), added);
            }
        }
        gone.values().forEach(table -> tryTables(to, List.of(table), List.of(), added));
    }

    private void tryTables(
            Block to, List<Table> older, List<Table> newer, List<Block.Migration> added) {
        try (var scratch = ScratchDatabase.open()) {
            scratch.runAll(SchemaPlan.BEFORE);
            older.forEach(table -> scratch.runAll(TableSql.create(table)));
            for (var migration : added) {
                var problem = Migrations.run(migration, scratch);
                if (problem.isPresent()) {
                    note(
                            Effect.IMPOSSIBLE,
                            name(to, migration),
                            problem.get()
                                    + " (expected: what the tables of the version before can take;"
                                    + " see \"Going back\" in docs/migrations.md)");
                    return;
                }
            }
            var items =
                    scratch.query(SchemaItem.QUERY, List.of()).stream()
                            .map(SchemaItem::of)
                            .toList();
            var plan = SchemaPlan.of(items, newer);
            plan.changes().forEach(change -> changes.add(change.of(to.name())));
            plan.hidden().forEach(change -> changes.add(change.of(to.name())));
            if (plan.steps().size() <= TRIED_MAX) {
                plan.sql().stream()
                        .flatMap(sql -> scratch.run(sql).stream())
                        .findFirst()
                        .ifPresent(
                                problem -> note(Effect.IMPOSSIBLE, to.name() + ".tables", problem));
            }
        }
    }

    private static Map<String, Table> byName(Block block) {
        var tables = new LinkedHashMap<String, Table>();
        block.tables().forEach(table -> tables.put(table.name(), table));
        return tables;
    }

    /** Whether the two are the same in SQL. */
    private static boolean isSame(Table one, Table other) {
        return one.fields().equals(other.fields())
                && one.indexes().equals(other.indexes())
                && one.features().search().equals(other.features().search());
    }

    private <O extends Enum<O>> void compareRules(
            String subject, Map<O, Rule> from, Map<O, Rule> to) {
        var operations = new ArrayList<>(from.keySet());
        to.keySet().stream().filter(key -> !from.containsKey(key)).forEach(operations::add);
        for (var operation : operations.stream().sorted().toList()) {
            var old = Optional.ofNullable(from.get(operation)).map(Rule::text);
            var now = Optional.ofNullable(to.get(operation)).map(Rule::text);
            if (!Objects.equals(old, now)) {
                note(
                        Effect.HARMLESS,
                        subject + ".access." + operation.name().toLowerCase(Locale.ROOT),
                        old.isEmpty() ? "added" : now.isEmpty() ? "removed" : "changed");
            }
        }
    }

    /** What SQL does not know of a table. */
    private void compareUse(String block, Table from, Table to) {
        var subject = block + "." + to.name();
        compareRules(subject, from.access(), to.access());
        if (!from.features().ttl().equals(to.features().ttl())) {
            to.features()
                    .ttl()
                    .ifPresentOrElse(
                            field ->
                                    note(
                                            Effect.DESTRUCTIVE,
                                            subject + ".ttl",
                                            "rows whose " + field + " has passed are deleted"),
                            () -> note(Effect.HARMLESS, subject + ".ttl", "rows stay"));
        }
        for (var field : to.fields()) {
            from.find(field.name())
                    .map(Field::range)
                    .filter(range -> !range.equals(field.range()))
                    .ifPresent(
                            _ ->
                                    note(
                                            Effect.HARMLESS,
                                            subject + "." + field.name(),
                                            "new values are held to other bounds; those that there"
                                                    + " are stay"));
        }
    }

    private void note(Effect effect, String subject, String text) {
        changes.add(new Change(effect, subject, text));
    }
}
