package dev.atoll.node.blocks.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What somebody who applies a file is shown. */
class BlockChangesTest {
    private static String changes(String before, String after) {
        return BlockChanges.between(Declared.blocks(before), Declared.blocks(after)).stream()
                .map(change -> change.effect() + " " + change)
                .collect(Collectors.joining("\n"));
    }

    /** Of a block ws, which says this. */
    private static String ofBlock(String before, String after) {
        return changes(
                "databases: { ws: { " + before + " } }", "databases: { ws: { " + after + " } }");
    }

    /** Of a table t with a field a, which says this of its fields. */
    private static String ofFields(String before, String after) {
        return ofBlock(
                "tables: { t: { fields: { " + before + " } } }",
                "tables: { t: { fields: { " + after + " } } }");
    }

    @Test
    void theSameIsNoChange() {
        var yaml = "tables: { t: { fields: { a: { type: text } }, access: { read: true } } }";
        assertThat(ofBlock(yaml, yaml + ", access: {}")).isEmpty();
    }

    @Test
    void namespacesComeAndGo() {
        assertThat(changes("databases: { a: {}, b: {} }", "databases: { a: {}, c: {} }"))
                .isEqualTo(
                        """
                        DESTRUCTIVE b: removed: its instances cannot be called any more; they are kept, and listed
                        HARMLESS c: added""");
    }

    @Test
    void fieldsComeAndGo() {
        assertThat(
                        ofFields(
                                "a: { type: text }, b: { type: text }, k: { type: integer, computed: 1 }",
                                "a: { type: text }, c: { type: text }, d: { type: text, required: true }"))
                .isEqualTo(
                        """
                        DESTRUCTIVE ws.t.b: removed: its values are hidden, and kept
                        MAY_FAIL ws.t.d: added, required and without a default: fails where there are rows
                        HARMLESS ws.t.c: added
                        HARMLESS ws.t.k: removed: it was computed""");
        assertThat(
                        ofBlock(
                                "tables: { t: { fields: {} }, u: { fields: {} } }",
                                "tables: { t: { fields: {} }, v: { fields: {} } }"))
                .isEqualTo(
                        """
                        DESTRUCTIVE ws.u: removed: its rows are hidden, and kept
                        HARMLESS ws.v: added""");
    }

    @Test
    void fieldsChange() {
        assertThat(ofFields("a: { type: text }", "a: { type: integer }"))
                .isEqualTo("MAY_FAIL ws.t.a: becomes integer: fails where a value does not fit");
        assertThat(ofFields("a: { type: text }", "a: { type: datetime }"))
                .isEqualTo("MAY_FAIL ws.t.a: becomes datetime: fails where a value does not fit");
        assertThat(ofFields("a: { type: integer }", "a: { type: datetime }"))
                .doesNotContain("integer");
        assertThat(ofFields("a: { type: integer }", "a: { type: json }"))
                .contains("MAY_FAIL ws.t.a: becomes json: fails where a value does not fit");
        assertThat(ofFields("a: { type: text }", "a: { type: text, required: true }"))
                .isEqualTo("MAY_FAIL ws.t.a: becomes required: fails where a row has no value");
        assertThat(ofFields("a: { type: text }", "a: { type: text, required: true, default: x }"))
                .isEqualTo(
                        "HARMLESS ws.t.a: becomes required: rows without a value get the default");
        assertThat(ofFields("a: { type: text }", "a: { type: text, unique: true }"))
                .isEqualTo("MAY_FAIL ws.t: unique index added: t$a$unique; fails on equal values");
        assertThat(ofFields("a: { type: text }", "a: { type: text, index: true }"))
                .isEqualTo("HARMLESS ws.t: index added: t$a");
        assertThat(ofFields("a: { type: text, index: true }", "a: { type: text }"))
                .isEqualTo("HARMLESS ws.t: index removed: t$a");
        assertThat(ofFields("a: { type: text }", "a: { type: text, references: t.id }"))
                .isEqualTo(
                        "MAY_FAIL ws.t.a: references another field: fails where there is no such"
                                + " row");
        assertThat(
                        ofFields(
                                "a: { type: text, references: t.id }",
                                "a: { type: text, references: t.id, on-delete: cascade }"))
                .isEqualTo(
                        "HARMLESS ws.t.a: declared otherwise: TEXT REFERENCES \"t\" ( \"id\" ) ON"
                                + " DELETE CASCADE");
        assertThat(ofFields("a: { type: text }", "a: { type: json }"))
                .isEqualTo(
                        "MAY_FAIL ws.t.a: is checked otherwise: fails where a value does not fit");
        assertThat(ofFields("a: { type: text, max: 5 }", "a: { type: text, max: 3 }"))
                .isEqualTo(
                        "HARMLESS ws.t.a: new values are held to other bounds; those that there are"
                                + " stay");
    }

    @Test
    void aRenameByAMigrationIsNoRemoval() {
        var before = "tables: { t: { fields: { a: { type: text } } } }";
        var after = "tables: { t: { fields: { b: { type: text } } } }";
        assertThat(ofBlock(before, after))
                .isEqualTo(
                        """
                        DESTRUCTIVE ws.t.a: removed: its values are hidden, and kept
                        HARMLESS ws.t.b: added""");
        assertThat(
                        ofBlock(
                                before,
                                after
                                        + ", migrations: [ { name: m, sql: [ALTER TABLE t RENAME"
                                        + " COLUMN a TO b] } ]"))
                .isEqualTo("MAY_FAIL ws.migrations.m: a new migration");
        assertThat(
                        ofBlock(
                                before,
                                after
                                        + ", migrations: [ { name: m, sql: [ALTER TABLE t RENAME"
                                        + " COLUMN x TO b] } ]"))
                .isEqualTo(
                        """
                        IMPOSSIBLE ws.migrations.m: no such column: "x" (expected: what the tables of the version before can take; see "Going back" in docs/migrations.md)
                        MAY_FAIL ws.migrations.m: a new migration""");
    }

    /** Tables that are gone come back as they were before the migration, and then with it. */
    @Test
    void whatWasRemovedWithItsMigrationComesBackInTwoSteps() {
        var none = "tables: { u: { fields: {} } }";
        var older = "tables: { u: { fields: {} }, t: { fields: { note: { type: text } } } }";
        var newer =
                older.replace("note", "remark")
                        + ", migrations: [ { name: m, sql: [ALTER TABLE t RENAME COLUMN note TO"
                        + " remark] } ]";
        assertThat(ofBlock(none, newer))
                .startsWith("IMPOSSIBLE ws.migrations.m: no such table: t (expected: ")
                .contains("\"Going back\" in docs/migrations.md");
        assertThat(ofBlock(none, older)).isEqualTo("HARMLESS ws.t: added");
        assertThat(ofBlock(older, newer)).isEqualTo("MAY_FAIL ws.migrations.m: a new migration");
    }

    @Test
    void migrationsAreOnlyAdded() {
        var a = "{ name: a, sql: [DELETE FROM t] }";
        var b = "{ name: b, sql: [DELETE FROM t] }";
        var tables = "tables: { t: { fields: {} } }, migrations: [ %s ]";
        assertThat(ofBlock(tables.formatted(a), tables.formatted(a + ", " + b)))
                .isEqualTo("MAY_FAIL ws.migrations.b: a new migration");
        assertThat(ofBlock(tables.formatted(a), tables.formatted(b + ", " + a)))
                .startsWith("IMPOSSIBLE ws.migrations: in another order");
        assertThat(ofBlock(tables.formatted(a + ", " + b), tables.formatted(a)))
                .startsWith("DESTRUCTIVE ws.migrations.b: removed");
        assertThat(ofBlock(tables.formatted(a), tables.formatted(a.replace("t]", "t WHERE 1]"))))
                .startsWith("IMPOSSIBLE ws.migrations.a: changed");
    }

    @Test
    void modesRulesAndLimitsChange() {
        var table = "tables: { t: { fields: { at: { type: datetime } } %s } }";
        assertThat(
                        ofBlock(
                                table.formatted("") + ", dynamic: true, limits: { size: 1MiB }",
                                table.formatted(", ttl: at, access: { read: true }")
                                        + ", access: { access: true }, anonymous: true"))
                .isEqualTo(
                        """
                        DESTRUCTIVE ws.dynamic: changed: instances have other keys then, and those that there are cannot be called any more
                        DESTRUCTIVE ws.t.ttl: rows whose at has passed are deleted
                        HARMLESS ws.anonymous: callers without a token are let in
                        HARMLESS ws.secure-delete: changed
                        HARMLESS ws.access.access: added
                        HARMLESS ws.t.access.read: added
                        HARMLESS ws.limits: changed""");
        assertThat(ofBlock("sql: true", "")).startsWith("DESTRUCTIVE ws.sql: changed");
    }

    @Test
    void tenThousandTablesAreCompared() {
        var before = new StringBuilder("databases:\n");
        for (int i = 0; i < 10_000; i++) {
            if (i % 1_000 == 0) {
                before.append("  ws").append(i).append(":\n    tables:\n");
            }
            before.append("      t").append(i).append(": { fields: { a: { type: text } } }\n");
        }
        var after = before.toString().replace("{ type: text }", "{ type: integer }");
        assertThat(BlockChanges.between(Declared.blocks(before.toString()), Declared.blocks(after)))
                .hasSize(10_000)
                .allMatch(change -> change.effect() == Change.Effect.MAY_FAIL);
    }

    @Test
    void whatIsTriedLeavesNothingBehind() {
        // Twice the same, with other tables in between.
        var block = List.of(Declared.block("t: { fields: { a: { type: text } } }"));
        var other = List.of(Declared.block("t: { fields: { a: { type: integer } } }"));
        var first = BlockChanges.between(block, other);
        assertThat(BlockChanges.between(other, block)).hasSize(1);
        assertThat(BlockChanges.between(block, other)).isEqualTo(first);
    }
}
