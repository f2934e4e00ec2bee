package dev.atoll.node.blocks.schema;

import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.schema.Change.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way from what an instance has to the tables that are declared: what is missing is made, what
 * is different is made anew with its data, and what is declared no more is hidden and keeps its
 * data. Immutable.
 *
 * <p>It starts from what is there, not from an older declaration: so it does not matter how many
 * versions an instance slept through, nor what a migration has done before. The order:
 *
 * <pre>
 * {@link #BEFORE}                outside of any transaction
 * BEGIN
 *   the migrations that the instance has not run
 *   SchemaPlan.of(what there is now, the tables).sql()
 *   PRAGMA foreign_key_check     no row, or all of it is undone
 * COMMIT
 * {@link #AFTER}                 in any case
 * </pre>
 *
 * @param steps nothing is to be done if there are none
 * @param hidden what is there, and declared no more
 */
public record SchemaPlan(List<SchemaStep> steps, List<Change> hidden) {
    /** Making a table anew drops the old one: its children must neither go with it nor object. */
    public static final List<String> BEFORE = List.of("PRAGMA foreign_keys=0");

    /** What {@link #BEFORE} and {@link #sql} have set. */
    public static final List<String> AFTER =
            List.of("PRAGMA legacy_alter_table=0", "PRAGMA foreign_keys=1");

    public SchemaPlan {
        steps = List.copyOf(steps);
        hidden = List.copyOf(hidden);
    }

    /** The way from those items to these tables. */
    public static SchemaPlan of(List<SchemaItem> items, List<Table> tables) {
        var there = new There(items);
        var steps = new ArrayList<SchemaStep>();
        var hidden = new ArrayList<Change>();
        for (var orphan : there.orphans()) {
            steps.add(new SchemaStep(orphan.table(), List.of(TablePlan.drop(orphan)), List.of()));
        }
        for (var table : there.retired(tables)) {
            retire(table, there).ifPresent(steps::add);
            hidden.add(
                    new Change(
                            Effect.DESTRUCTIVE, table, "removed: its rows are hidden, and kept"));
        }
        for (var table : tables) {
            var plan = TablePlan.of(table, there);
            plan.step().ifPresent(steps::add);
            hidden.addAll(plan.hidden());
        }
        return new SchemaPlan(steps, hidden);
    }

    /** All statements, in order. */
    public List<String> sql() {
        var sql = new ArrayList<String>();
        // Or renaming would look at views that speak of a table that is just being made anew.
        sql.add("PRAGMA legacy_alter_table=1");
        steps.forEach(step -> sql.addAll(step.sql()));
        sql.add("PRAGMA legacy_alter_table=0");
        return steps.isEmpty() ? List.of() : List.copyOf(sql);
    }

    /** All that it does to what is declared, for people. */
    public List<Change> changes() {
        return steps.stream().flatMap(step -> step.changes().stream()).toList();
    }

    /** What hides a table that is declared no more. */
    private static Optional<SchemaStep> retire(String table, There there) {
        var sql = new ArrayList<String>();
        there.parts(table).forEach(part -> sql.add(TablePlan.drop(part)));
        there.table(table)
                // Rows that nobody sees must not keep others from being deleted, nor go with them.
                .filter(stored -> stored.columns().stream().anyMatch(TablePlan::refers))
                .ifPresent(stored -> sql.addAll(Rebuild.plain(table, stored).statements()));
        return sql.isEmpty()
                ? Optional.empty()
                : Optional.of(new SchemaStep(table, sql, List.of()));
    }
}
