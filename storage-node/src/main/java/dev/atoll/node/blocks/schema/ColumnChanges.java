package dev.atoll.node.blocks.schema;

import dev.atoll.node.blocks.schema.Change.Effect;
import dev.atoll.node.sqlite.StoredTable;
import java.util.ArrayList;
import java.util.List;

/** What is different between a column and the one that is declared, for people. Immutable. */
final class ColumnChanges {
    private final StoredTable.Column from;
    private final StoredTable.Column to;
    private final String type;
    private final List<Change> changes = new ArrayList<>();

    private ColumnChanges(StoredTable.Column from, StoredTable.Column to, String type) {
        this.from = from;
        this.to = to;
        this.type = type;
    }

    /**
     * At least one.
     *
     * @param type what the declaration calls the type
     */
    static List<Change> of(StoredTable.Column from, StoredTable.Column to, String type) {
        var changes = new ColumnChanges(from, to, type);
        changes.find();
        return changes.changes;
    }

    private void find() {
        if (!Rebuild.plain(from).equals(Rebuild.plain(to))) {
            add(Effect.MAY_FAIL, "becomes " + type + ": fails where a value does not fit");
        }
        if (to.says("NOT NULL") && !from.says("NOT NULL")) {
            boolean filled = to.says("DEFAULT");
            add(
                    filled ? Effect.HARMLESS : Effect.MAY_FAIL,
                    filled
                            ? "becomes required: rows without a value get the default"
                            : "becomes required: fails where a row has no value");
        }
        if (to.says("REFERENCES") && !reference(to).equals(reference(from))) {
            add(Effect.MAY_FAIL, "references another field: fails where there is no such row");
        }
        if (to.says("CHECK") && !check(to).equals(check(from))) {
            add(Effect.MAY_FAIL, "is checked otherwise: fails where a value does not fit");
        }
        if (changes.isEmpty()) {
            add(Effect.HARMLESS, "declared otherwise: " + to.definition());
        }
    }

    /** The field, without what happens when its row is deleted. */
    private static String reference(StoredTable.Column column) {
        return column.says("REFERENCES")
                ? column.definition()
                        .replaceFirst("^.*REFERENCES ", "")
                        .replaceFirst(" ON DELETE .*$", "")
                : "";
    }

    private static String check(StoredTable.Column column) {
        return column.says("CHECK")
                ? column.definition()
                        .replaceFirst("^.* CHECK ", "")
                        .replaceFirst(" REFERENCES .*$", "")
                : "";
    }

    private void add(Effect effect, String text) {
        changes.add(new Change(effect, to.name(), text));
    }
}
