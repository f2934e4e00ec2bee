package dev.atoll.node.blocks.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.sqlite.ScratchDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of tables and rows when the declaration changes. */
class SchemaPlanTest {
    private static final String ROWS =
            "INSERT INTO t(id, createdAt, updatedAt, a) VALUES ('x', 1, 2, 'one'), ('y', 3, 4, NULL)";

    /** A table t with these fields. */
    private static Block fields(String fields) {
        return Declared.block("t: { fields: { " + fields + " } }");
    }

    private static Block table(String rest) {
        return Declared.block("t: { fields: { a: { type: text } } " + rest + " }");
    }

    private static ScratchDatabase with(Block block, String... sql) {
        var database = Declared.database(block);
        database.runAll(List.of(sql));
        return database;
    }

    private static void migrated(ScratchDatabase database, Block block) {
        assertThat(Declared.migrate(database, block)).isEmpty();
        assertThat(Declared.plan(database, block).steps()).as("nothing is left").isEmpty();
    }

    @Test
    void aNewFieldIsThereAtOnce() {
        try (var database = with(fields("a: { type: text }"), ROWS)) {
            var block =
                    fields(
                            "b: { type: integer, required: true, default: 5 }, a: { type: text }, c: {"
                                    + " type: json }, d: { type: text, computed: a || '!' }, e: { type:"
                                    + " text, references: t.id }");
            assertThat(Declared.plan(database, block).sql()).noneMatch(sql -> sql.contains("DROP"));
            migrated(database, block);
            assertThat(Declared.rows(database, "SELECT id, a, b, c, d, e FROM t"))
                    .isEqualTo("x,one,5,null,one!,null\ny,null,5,null,null,null");
        }
    }

    @Test
    void aRequiredFieldWithoutDefaultFailsWhereThereAreRows() {
        var block = fields("a: { type: text }, b: { type: text, required: true }");
        try (var database = with(fields("a: { type: text }"))) {
            migrated(database, block);
        }
        try (var database = with(fields("a: { type: text }"), ROWS)) {
            assertThat(Declared.migrate(database, block)).contains("NOT NULL constraint failed");
            assertThat(Declared.rows(database, "SELECT id, a FROM t")).isEqualTo("x,one\ny,null");
        }
    }

    @Test
    void aFieldBecomesRequired() {
        try (var database = with(fields("a: { type: text }"), ROWS)) {
            assertThat(Declared.migrate(database, fields("a: { type: text, required: true }")))
                    .contains("NOT NULL constraint failed");
            migrated(database, fields("a: { type: text, required: true, default: 'it''s' }"));
            assertThat(Declared.rows(database, "SELECT id, createdAt, a FROM t"))
                    .isEqualTo("x,1,one\ny,3,it's");
        }
    }

    @Test
    void aRemovedFieldIsHiddenAndComesBack() {
        var before =
                fields("a: { type: text, required: true, unique: true }, b: { type: integer }");
        var row = "INSERT INTO t(id, createdAt, updatedAt, a, b) VALUES ('x', 1, 2, 'one', 7)";
        try (var database = with(before, row)) {
            var without = fields("b: { type: integer }");
            assertThat(Declared.plan(database, without).hidden())
                    .hasToString("[t.a: removed: its values are hidden, and kept]");
            migrated(database, without);
            // What is hidden asks for nothing.
            database.runAll(List.of("INSERT INTO t(id, createdAt, updatedAt) VALUES ('y', 1, 2)"));
            database.runAll(List.of("DELETE FROM t WHERE id = 'y'"));
            migrated(database, before);
            assertThat(Declared.rows(database, "SELECT id, a, b FROM t")).isEqualTo("x,one,7");
            assertThat(database.run(row.replace("'x'", "'z'")))
                    .contains("UNIQUE constraint failed: t.a");
        }
    }

    @Test
    void aRemovedTableIsHiddenAndComesBack() {
        var t = "t: { fields: { a: { type: text } } }";
        var u =
                "u: { fields: { t: { type: text, references: t.id, index: true }, w: { type: text }"
                        + " }, search: [w] }";
        try (var database =
                with(
                        Declared.block(t, u),
                        ROWS,
                        "INSERT INTO u(id, createdAt, updatedAt, t, w) VALUES ('1', 1, 1, 'x',"
                                + " 'word')")) {
            assertThat(Declared.plan(database, Declared.block(t)).hidden())
                    .hasToString("[u: removed: its rows are hidden, and kept]");
            migrated(database, Declared.block(t));
            // Its rows do not keep others from being deleted.
            database.runAll(List.of("UPDATE t SET id = 'z' WHERE id = 'x'"));
            assertThat(Declared.migrate(database, Declared.block(t, u)))
                    .isEqualTo("a reference leads nowhere");
            database.runAll(List.of("UPDATE t SET id = 'x' WHERE id = 'z'"));
            migrated(database, Declared.block(t, u));
            assertThat(
                            Declared.rows(
                                    database,
                                    "SELECT u.id, t, u.w FROM u JOIN u$search ON u.rowid ="
                                            + " u$search.rowid WHERE u$search MATCH 'word'"))
                    .isEqualTo("1,x,word");
        }
    }

    @Test
    void valuesThatFitBecomeAnotherType() {
        try (var database = with(fields("a: { type: text }"), ROWS)) {
            assertThat(Declared.migrate(database, fields("a: { type: integer }")))
                    .contains("cannot store BLOB value in INTEGER column");
            database.runAll(List.of("UPDATE t SET a = '12' WHERE id = 'x'"));
            migrated(database, fields("a: { type: integer }"));
            assertThat(Declared.rows(database, "SELECT id, typeof(a) FROM t"))
                    .isEqualTo("x,integer\ny,null");
            assertThat(Declared.migrate(database, fields("a: { type: boolean }")))
                    .contains("CHECK constraint failed");
            migrated(database, fields("a: { type: json }"));
            assertThat(Declared.rows(database, "SELECT id, a FROM t")).isEqualTo("x,12\ny,null");
        }
    }

    /** What SQLite would round or tidy up stays what it is, and the change fails. */
    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            textBlock =
                    """
                    text    => '12'                 => integer => 12
                    text    => '-9223372036854775808' => integer => -9223372036854775808
                    text    => '007'                => integer => fails
                    text    => '1e2'                => integer => fails
                    text    => ' 5'                 => integer => fails
                    text    => '9223372036854775808' => integer => fails
                    text    => ''                   => integer => fails
                    text    => '1.5'                => real    => 1.5
                    text    => '5'                  => real    => 5.0
                    text    => '1.10'               => real    => fails
                    text    => '9007199254740993'   => real    => fails
                    integer => 9007199254740992     => real    => 9.007199254740992E15
                    integer => 9007199254740993     => real    => fails
                    integer => 9223372036854775807  => real    => fails
                    integer => 9223372036854775807  => text    => 9223372036854775807
                    integer => 1                    => boolean => 1
                    integer => 2                    => boolean => fails
                    real    => 5.0                  => integer => 5
                    real    => 5.5                  => integer => fails
                    real    => 1e19                 => integer => fails
                    real    => 0.1                  => text    => 0.1
                    real    => 0.30000000000000004  => text    => 0.30000000000000004
                    text    => '{"a":1}'            => json    => {"a":1}
                    text    => '{'                  => json    => fails
                    text    => 'x'                  => blob    => fails
                    blob    => x'61'                => text    => fails
                    """,
            quoteCharacter = '`')
    void typesChangeWhereNothingIsLost(String from, String value, String to, String becomes) {
        var insert =
                "INSERT INTO t(id, createdAt, updatedAt, a) VALUES ('x', 1, 1, "
                        + value
                        + "), ('y', 1, 1, NULL)";
        try (var database = with(fields("a: { type: " + from + " }"), insert)) {
            var before = Declared.rows(database, "SELECT quote(a), typeof(a) FROM t");
            var next = fields("a: { type: " + to + " }");
            if (becomes.equals("fails")) {
                assertThat(Declared.migrate(database, next)).isNotEmpty();
                assertThat(Declared.rows(database, "SELECT quote(a), typeof(a) FROM t"))
                        .isEqualTo(before);
            } else {
                migrated(database, next);
                assertThat(Declared.rows(database, "SELECT a FROM t"))
                        .isEqualTo(becomes + "\nnull");
            }
        }
    }

    @Test
    void aMigrationThatRenamesKeepsTheData() {
        var before = table(", indexes: [ { fields: [a] } ], search: [a]");
        var after =
                Declared.block(
                        "t: { fields: { b: { type: text } }, indexes: [ { fields: [b] } ], search: [b]"
                                + " }");
        try (var database = with(before, ROWS)) {
            database.runAll(List.of("ALTER TABLE t RENAME COLUMN a TO b"));
            assertThat(Declared.plan(database, after).hidden()).isEmpty();
            migrated(database, after);
            assertThat(Declared.rows(database, "SELECT id, b FROM t ORDER BY id"))
                    .isEqualTo("x,one\ny,null");
            assertThat(search(database, "t", "one")).isEqualTo("1");
        }
    }

    @Test
    void aMigrationThatRenamesATableKeepsTheData() {
        var before = table(", indexes: [ { fields: [a] } ], search: [a]");
        var after =
                Declared.block(
                        "u: { fields: { a: { type: text } }, indexes: [ { fields: [a] } ], search: [a]"
                                + " }");
        try (var database = with(before, ROWS)) {
            database.runAll(List.of("ALTER TABLE t RENAME TO u"));
            assertThat(Declared.plan(database, after).hidden()).isEmpty();
            migrated(database, after);
            assertThat(search(database, "u", "one")).isEqualTo("1");
        }
    }

    private static String search(ScratchDatabase database, String table, String words) {
        return Declared.rows(
                database,
                "SELECT count(*) FROM "
                        + table
                        + "$search('"
                        + words
                        + "') s JOIN "
                        + table
                        + " r ON r.rowid = s.rowid");
    }

    @Test
    void searchThatIsAddedLaterFindsOldRows() {
        try (var database = with(table(""), ROWS)) {
            var block = table(", search: [a]");
            assertThat(Declared.plan(database, block).sql()).noneMatch(sql -> sql.contains("DROP"));
            migrated(database, block);
            assertThat(search(database, "t", "one")).isEqualTo("1");
            migrated(database, table(""));
            assertThat(Declared.rows(database, "SELECT count(*) FROM sqlite_schema"))
                    .as("t and what UNIQUE makes")
                    .isEqualTo("2");
        }
    }

    @Test
    void indexesComeAndGo() {
        try (var database = with(table(""), ROWS)) {
            var block = table(", indexes: [ { fields: [a] }, { fields: [a], where: a > 'b' } ]");
            migrated(database, block);
            migrated(database, table(", indexes: [ { fields: [a], where: a > 'c' } ]"));
            assertThat(
                            Declared.rows(
                                    database,
                                    "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS"
                                            + " NOT NULL"))
                    .endsWith("ON \"t\"(\"a\", \"id\") WHERE (a > 'c')");
            database.runAll(List.of("UPDATE t SET a = 'same'"));
            assertThat(
                            Declared.migrate(
                                    database,
                                    table(", indexes: [ { fields: [a], unique: true } ]")))
                    .isEqualTo("UNIQUE constraint failed: t.a");
        }
    }

    @Test
    void childrenStayWhenTheirParentIsMadeAnew() {
        var child =
                "c: { fields: { t: { type: text, references: t.id, on-delete: cascade, index: true }"
                        + " } }";
        var before = Declared.block("t: { fields: { a: { type: text } } }", child);
        var after = Declared.block("t: { fields: { a: { type: text, default: z } } }", child);
        try (var database =
                with(
                        before,
                        ROWS,
                        "INSERT INTO c(id, createdAt, updatedAt, t) VALUES ('1', 1, 1, 'x')",
                        // A service's own: it must not get in the way, and goes on.
                        "CREATE VIEW v AS SELECT t.id FROM t JOIN c ON c.t = t.id",
                        "CREATE TABLE own (id INTEGER PRIMARY KEY, t TEXT REFERENCES t(id))")) {
            migrated(database, after);
            assertThat(Declared.rows(database, "SELECT id, t FROM c")).isEqualTo("1,x");
            assertThat(Declared.rows(database, "SELECT id FROM v")).isEqualTo("x");
            assertThat(Declared.rows(database, "PRAGMA foreign_key_list(c)")).contains(",t,t,id,");
            database.runAll(List.of("DELETE FROM t WHERE id = 'x'"));
            assertThat(Declared.rows(database, "SELECT count(*) FROM c")).isEqualTo("0");
        }
    }

    @Test
    void whatServicesMakeStays() {
        try (var database =
                with(
                        table(""),
                        "CREATE TABLE own (a TEXT NOT NULL REFERENCES t(id))",
                        "CREATE TABLE strictly (id TEXT NOT NULL) STRICT",
                        "CREATE INDEX own_index ON own(a)")) {
            assertThat(Declared.plan(database, table("")))
                    .isEqualTo(new SchemaPlan(List.of(), List.of()));
        }
    }

    @Test
    void aTableOfAMigrationBecomesADeclaredOne() {
        var block = fields("a: { type: text, default: 'STRICT' }");
        try (var database =
                with(
                        Declared.block("other: { fields: { a: { type: text } } }"),
                        "CREATE TABLE T (A, id, createdAt DEFAULT 1, updatedAt DEFAULT 1, PRIMARY"
                                + " KEY (id)) WITHOUT ROWID",
                        "INSERT INTO t (id, a) VALUES ('x', 'one')")) {
            migrated(
                    database,
                    new Block(
                            block.name(),
                            block.mode(),
                            block.access(),
                            block.tables(),
                            block.upkeep()));
            assertThat(Declared.rows(database, "SELECT rowid, id, a FROM t")).isEqualTo("1,x,one");
        }
    }
}
