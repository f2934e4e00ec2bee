package dev.atoll.node.blocks.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.sqlite.ScratchDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the tables that are declared let in, and find. */
class TableSqlTest {
    private static final String ROW = "(id, createdAt, updatedAt";

    private static void insert(ScratchDatabase database, String table, String id, String more) {
        assertThat(tryInsert(database, table, id, more)).isEmpty();
    }

    /** {@code more}: fields and values, such as {@code n = 5, t = 'x'}. */
    private static String tryInsert(
            ScratchDatabase database, String table, String id, String more) {
        var names = new StringBuilder(ROW);
        var values = new StringBuilder("('" + id + "', 1, 1");
        for (var part : more.isEmpty() ? List.<String>of() : List.of(more.split(", "))) {
            names.append(", ").append(part, 0, part.indexOf(" = "));
            values.append(", ").append(part.substring(part.indexOf(" = ") + 3));
        }
        return database.run("INSERT INTO " + table + names + ") VALUES " + values + ")").orElse("");
    }

    @Test
    void makesAllThatAFileCanDeclare() throws IOException {
        try (var file = TableSqlTest.class.getResourceAsStream("/blocks/full.yaml")) {
            var yaml =
                    new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
            for (var block : Declared.blocks(yaml)) {
                try (var database = Declared.database(block)) {
                    assertThat(Declared.plan(database, block).steps()).isEmpty();
                }
            }
        }
    }

    @Test
    void typesHold() {
        var block =
                Declared.block(
                        "t: { fields: { s: { type: text }, n: { type: integer }, r: { type: real },"
                                + " b: { type: boolean }, d: { type: datetime }, j: { type: json },"
                                + " x: { type: blob } } }");
        try (var database = Declared.database(block)) {
            insert(database, "t", "a", "s = 'x', n = 5, r = 5, b = 1, d = 7, j = '[1]', x = x'00'");
            insert(database, "t", "b", "s = NULL, n = NULL, b = NULL, j = NULL");
            assertThat(Declared.rows(database, "SELECT s, n, r, b, d, j, x FROM t WHERE id = 'a'"))
                    .isEqualTo("x,5,5.0,1,7,[1],x1");
            assertThat(tryInsert(database, "t", "c", "s = x'61'")).contains("cannot store BLOB");
            assertThat(tryInsert(database, "t", "c", "n = 'x'")).contains("cannot store TEXT");
            assertThat(tryInsert(database, "t", "c", "n = 1.5")).contains("cannot store REAL");
            assertThat(tryInsert(database, "t", "c", "b = 2")).contains("CHECK constraint");
            assertThat(tryInsert(database, "t", "c", "j = '{'")).contains("CHECK constraint");
            assertThat(tryInsert(database, "t", "a", ""))
                    .isEqualTo("UNIQUE constraint failed: t.id");
        }
    }

    @Test
    void defaultsAreWhatTheFileSays() {
        var block =
                Declared.block(
                        "t: { fields: { a: { type: text, default: 'it''s \"so\"' }, b: { type: integer,"
                                + " default: -9223372036854775808 }, c: { type: real, default: -1.5e300"
                                + " }, d: { type: boolean, default: true }, e: { type: datetime,"
                                + " default: 1969-12-31T23:59:59Z }, f: { type: json, default: 'null'"
                                + " }, g: { type: integer, default: 9223372036854775807 } } }");
        try (var database = Declared.database(block)) {
            insert(database, "t", "a", "");
            assertThat(Declared.rows(database, "SELECT a, b, c, d, e, f, g FROM t"))
                    .isEqualTo(
                            "it's \"so\",-9223372036854775808,-1.5E300,1,-1000000,null,"
                                    + "9223372036854775807");
            assertThat(Declared.plan(database, block).steps()).isEmpty();
        }
    }

    @Test
    void whatIsComputedHasItsType() {
        var block =
                Declared.block(
                        "t: { fields: { n: { type: integer }, twice: { type: integer, computed: n * 2,"
                                + " index: true }, half: { type: real, computed: n / 2.0 }, name: {"
                                + " type: text, computed: 'CASE n WHEN 3 THEN 3.5 ELSE ''n'' || n END'"
                                + " }, sized: { type: integer, computed: length(name) } } }");
        try (var database = Declared.database(block)) {
            insert(database, "t", "a", "n = 5");
            insert(database, "t", "b", "");
            assertThat(Declared.rows(database, "SELECT twice, half, name, sized FROM t"))
                    .isEqualTo("10,2.5,n5,2\nnull,null,null,null");
            // An overflow turns into a real, which the field is not.
            assertThat(tryInsert(database, "t", "c", "n = 9223372036854775807"))
                    .isEqualTo("cannot store REAL value in INTEGER column t.twice");
        }
        var unindexed =
                Declared.block(
                        "t: { fields: { n: { type: integer }, twice: { type: integer, computed: n * 2"
                                + " } } }");
        try (var database = Declared.database(unindexed)) {
            assertThat(tryInsert(database, "t", "c", "n = 9223372036854775807")).contains("twice");
        }
    }

    @Test
    void referencesHold() {
        var block =
                Declared.block(
                        "p: { fields: { k: { type: integer, unique: true } } }",
                        "c: { fields: { p: { type: text, references: p.id, on-delete: cascade, index:"
                                + " true } } }",
                        "n: { fields: { k: { type: integer, references: p.k, on-delete: set-null,"
                                + " index: true } } }",
                        "r: { fields: { p: { type: text, references: p.id, index: true } } }");
        try (var database = Declared.database(block)) {
            insert(database, "p", "a", "k = 1");
            insert(database, "p", "b", "k = 2");
            insert(database, "c", "1", "p = 'a'");
            insert(database, "n", "1", "k = 1");
            insert(database, "r", "1", "p = 'b'");
            assertThat(tryInsert(database, "c", "2", "p = 'x'"))
                    .isEqualTo("FOREIGN KEY constraint failed");
            assertThat(database.run("DELETE FROM p WHERE id = 'b'"))
                    .contains("FOREIGN KEY constraint failed");
            assertThat(database.run("DELETE FROM p WHERE id = 'a'")).isEmpty();
            assertThat(Declared.rows(database, "SELECT count(*) FROM c")).isEqualTo("0");
            assertThat(Declared.rows(database, "SELECT id, k FROM n")).isEqualTo("1,null");
        }
    }

    @Test
    void indexesServeListsInOrder() {
        var block =
                Declared.block(
                        "t: { fields: { a: { type: text, index: true }, b: { type: integer }, c: { type:"
                                + " integer } }, indexes: [ { fields: [a, b] }, { fields: [b], where:"
                                + " c > 5 }, { fields: [c], include: [b] }, { fields: [b, c], unique:"
                                + " true } ] }");
        try (var database = Declared.database(block)) {
            assertThat(plan(database, "SELECT * FROM t WHERE a = ? ORDER BY id LIMIT 2"))
                    .isEqualTo("SEARCH t USING INDEX t$a (a=?)");
            assertThat(plan(database, "SELECT * FROM t WHERE a = ? AND id > ? ORDER BY id"))
                    .isEqualTo("SEARCH t USING INDEX t$a (a=? AND id>?)");
            assertThat(plan(database, "SELECT * FROM t WHERE a = ? ORDER BY b, id"))
                    .isEqualTo("SEARCH t USING INDEX t$a$b (a=?)");
            assertThat(plan(database, "SELECT id FROM t WHERE b = ? AND c > 5"))
                    .containsAnyOf("t$b$c$unique", "COVERING INDEX t$b$");
            assertThat(plan(database, "SELECT id, b FROM t WHERE c = ?"))
                    .matches("SEARCH t USING COVERING INDEX t\\$c\\$[0-9a-f]+ \\(c=\\?\\)");
            insert(database, "t", "x", "b = 1, c = 1");
            assertThat(tryInsert(database, "t", "y", "b = 1, c = 1"))
                    .isEqualTo("UNIQUE constraint failed: t.b, t.c");
            insert(database, "t", "z", "b = 1, c = NULL");
        }
    }

    private static String plan(ScratchDatabase database, String sql) {
        return Declared.rows(database, "EXPLAIN QUERY PLAN " + sql.replace("?", "1"))
                .replaceAll("(?m)^.*,", "");
    }

    @Test
    void searchKnowsEachChange() {
        var block =
                Declared.block(
                        "p: { fields: { a: { type: text } } }",
                        "t: { fields: { title: { type: text }, body: { type: text }, p: { type: text,"
                                + " references: p.id, on-delete: cascade, index: true }, n: { type:"
                                + " integer, unique: true }, loud: { type: text, computed:"
                                + " upper(title) } }, search: [title, body, loud] }");
        try (var database = Declared.database(block)) {
            insert(database, "p", "p1", "");
            insert(database, "t", "a", "title = 'Été à Paris', body = 'a b c'");
            insert(database, "t", "b", "title = 'other', p = 'p1', n = 1");
            assertThat(found(database, "ete")).isEqualTo("a");
            assertThat(found(database, "par*")).isEqualTo("a");
            assertThat(found(database, "\"b c\"")).isEqualTo("a");
            assertThat(found(database, "loud : other")).isEqualTo("b");
            database.runAll(List.of("UPDATE t SET title = 'changed' WHERE id = 'b'"));
            assertThat(found(database, "other")).isEmpty();
            assertThat(found(database, "changed")).isEqualTo("b");
            // Another row takes its place, and its words with it.
            database.runAll(
                    List.of(
                            "INSERT OR REPLACE INTO t(id, createdAt, updatedAt, title, n, p) VALUES"
                                    + " ('c', 1, 1, 'new', 1, 'p1')"));
            assertThat(found(database, "changed")).isEmpty();
            assertThat(found(database, "new")).isEqualTo("c");
            database.runAll(List.of("DELETE FROM p"));
            assertThat(found(database, "new")).isEmpty();
            database.runAll(
                    List.of("INSERT INTO t$search(t$search, rank) VALUES ('integrity-check', 1)"));
        }
    }

    private static String found(ScratchDatabase database, String words) {
        return Declared.rows(
                database,
                "SELECT t.id FROM t$search JOIN t ON t.rowid = t$search.rowid WHERE t$search MATCH '"
                        + words
                        + "'");
    }
}
