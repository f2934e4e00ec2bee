package dev.atoll.node.blocks.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.rules.FieldType;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Problems of what a table has beside its fields, of migrations, limits and names. */
class ExtrasTest {
    private static String problems(String yaml) {
        var result = BlockFile.read(yaml);
        assertThat(result).as(yaml).isInstanceOf(BlockFile.Result.Wrong.class);
        return ((BlockFile.Result.Wrong) result)
                .problems().stream().map(FileProblem::toString).collect(Collectors.joining("\n"));
    }

    private static String warnings(String yaml) {
        return BlockFileTest.right(yaml).warnings().stream()
                .map(FileProblem::toString)
                .collect(Collectors.joining("\n"));
    }

    /** A table with fields a, n, j and at, and these lines, of which the first is the fifth. */
    private static String table(String lines) {
        return """
        databases:
          ws:
            tables:
              t: { fields: { a: { type: text }, n: { type: integer }, j: { type: json }, at: { type: datetime } },
        %s }
        """
                .formatted(lines);
    }

    /** A block with this line, the third. */
    private static String block(String line) {
        return "databases:\n  ws:\n    " + line + "\n";
    }

    @Test
    void indexesAreHeldToTheFields() {
        assertThat(
                        problems(
                                table(
                                        "indexes: [ { fields: [a, a] }, { fields: [b] }, { fields: [j] } ]")))
                .isEqualTo(
                        """
                        5:26: 'a' is there twice
                        5:43: there is no field 'b' (did you mean 'a'?) in t
                        5:60: 'j' is json, which has no order""");
        assertThat(problems(table("indexes: [ { fields: [a], unique: true, include: [n] } ]")))
                .isEqualTo("5:50: include of a unique index (expected: an index of its own)");
        assertThat(problems(table("indexes: [ { fields: [a] }, { fields: [a] } ]")))
                .isEqualTo("5:29: the same index is there twice");
        BlockFileTest.right(
                table("indexes: [ { fields: [a] }, { fields: [a], where: n > 0, include: [j] } ]"));
    }

    @Test
    void sqlOfIndexesIsTried() {
        assertThat(
                        problems(
                                table(
                                        "indexes: [ { fields: [a], where: m > 0 }, { fields: [n], where: n > 0 } ]")))
                .isEqualTo("5:34: no such column: m");
        assertThat(problems(table("indexes: [ { fields: [a], where: 'n > 0); DROP TABLE t' } ]")))
                .isEqualTo("5:34: a ')' without its '('");
        assertThat(problems(table("indexes: [ { fields: [a], where: n > random() } ]")))
                .isEqualTo(
                        "5:34: non-deterministic functions prohibited in partial index WHERE"
                                + " clauses");
        assertThat(problems(table("indexes: [ { fields: [a], where: n IN (SELECT 1) } ]")))
                .isEqualTo("5:34: subqueries prohibited in partial index WHERE clauses");
    }

    @Test
    void sqlOfComputedFieldsIsTried() {
        var field =
                "databases: { ws: { tables: { t: { fields: { a: { type: text }, b: { type: text, computed: %s } } } } } }";
        assertThat(problems(field.formatted("upper(c)"))).endsWith("no such column: c");
        assertThat(problems(field.formatted("uper(a)"))).endsWith("no such function: uper");
        assertThat(problems(field.formatted("a ||"))).endsWith("near \")\": syntax error");
        assertThat(problems(field.formatted("b || a"))).endsWith("generated column loop on \"b\"");
        assertThat(problems(field.formatted("\"a) STORED, x TEXT DEFAULT ('y'\"")))
                .endsWith("a ')' without its '('");
        assertThat(problems(field.formatted("\"_atoll_matches(a, 'x')\"")))
                .endsWith("names that begin with _atoll are the node's");
        assertThat(problems(field.formatted("random()"))).contains("non-deterministic");
        // The one that is wrong, and not the first.
        assertThat(
                        problems(
                                """
                                databases:
                                  ws:
                                    tables:
                                      t:
                                        fields:
                                          a: { type: text, computed: upper(id) }
                                          b: { type: text, computed: upper(x) }
                                          c: { type: text, computed: lower(id) }
                                """))
                .isEqualTo("7:38: no such column: x");
        assertThat(problems(field.formatted("a, unique: true, min: 1")))
                .endsWith("'min' of a computed field (expected: none)");
    }

    @Test
    void currentTimeIsFoundInWhatIsComputed() {
        var wrong = "non-deterministic use of %s() in %s (expected: the same whenever it is asked)";
        for (var sql :
                new String[] {
                    "datetime('now')",
                    "CASE WHEN a IS NULL THEN '' ELSE datetime('now') END",
                    "CASE WHEN a IS NULL THEN datetime('now') ELSE '' END",
                    "upper(datetime())",
                    "datetime(n, 'unixepoch', 'localtime')",
                }) {
            assertThat(
                            problems(
                                    table(
                                            "search: [a] }\n      u: { fields: { n: { type:"
                                                    + " integer }, a: { type: text }, c: {"
                                                    + " type: text, computed: \""
                                                    + sql
                                                    + "\" } }")))
                    .as(sql)
                    .isEqualTo("6:90: " + wrong.formatted("datetime", "a generated column"));
        }
        for (var sql : new String[] {"strftime('%s')", "CURRENT_TIMESTAMP", "date(CURRENT_DATE)"}) {
            assertThat(
                            problems(
                                    table(
                                            "search: [a] }\n      u: { fields: { c: { type: text,"
                                                    + " computed: \""
                                                    + sql
                                                    + "\" } }")))
                    .as(sql)
                    .startsWith("6:49: ")
                    .contains("non-deterministic");
        }
        assertThat(
                        problems(
                                table(
                                        "indexes: [ { fields: [a], where: n > 0 }, { fields: [n],"
                                                + " where: n > unixepoch('now') } ]")))
                .isEqualTo("5:65: " + wrong.formatted("unixepoch", "an index"));
        // What goes wrong with some values alone, and moments of the row.
        BlockFileTest.right(
                table(
                        "search: [a] }\n      u: { fields: { a: { type: text }, k: { type: text,"
                                + " enum: [\"it's\"] }, b: { type: text, computed: json(a) }, d: {"
                                + " type: text, computed: \"strftime('%s', a)\" }, e: { type: json,"
                                + " computed: \"json_array(k, d)\" } }, indexes: ["
                                + " { fields: [a], where: \"b > date(k)\", unique: true } ]"));
    }

    @Test
    void searchAndExpiryAreHeldToTheFields() {
        assertThat(problems(table("search: [a, a, n], ttl: a")))
                .isEqualTo(
                        """
                        5:13: 'a' is there twice
                        5:16: 'n' is integer (expected: text)
                        5:25: 'a' is text (expected: datetime)""");
        assertThat(
                        problems(
                                "databases: { ws: { tables: { t: { fields: { rank: { type: text } },"
                                        + " search: [rank] } } } }"))
                .isEqualTo("1:78: 'rank' cannot be searched: SQLite uses the name");
    }

    @Test
    void namesThatSqlNeedsAreReserved() {
        for (var name : new String[] {"json_each", "Pragma_x", "excluded", "old", "sqlite_a"}) {
            assertThat(problems(block("tables: { " + name + ": { fields: {} } }")))
                    .isEqualTo(
                            "3:15: table '" + name + "' (expected: a name that is not reserved)");
        }
        for (var name : new String[] {"rowid", "OID"}) {
            assertThat(
                            problems(
                                    block(
                                            "tables: { t: { fields: { "
                                                    + name
                                                    + ": { type: text } } } }")))
                    .isEqualTo(
                            "3:30: field '" + name + "' (expected: a name that is not reserved)");
        }
        assertThat(problems(block("tables: { t: { fields: { a$b: { type: text } } } }")))
                .startsWith("3:30: the name 'a$b' (expected: ");
    }

    @Test
    void migrationsAreStatementsThatMayBe() {
        assertThat(
                        problems(
                                block(
                                        "migrations: [ { name: a, sql: [BEGIN, VACUUM, 'PRAGMA"
                                                + " user_version = 1', 'DELETE FROM t; DELETE FROM t',"
                                                + " UPDATE _atoll_meta SET x = 1, 'UPDATE t SET a ="
                                                + " ?'"
                                                + " ] } ]")))
                .matches(
                        """
                        3:36: BEGIN is not allowed: a migration is one transaction by itself
                        3:43: VACUUM is not allowed: .*
                        3:51: PRAGMA \\(expected: a statement that changes data or tables\\)
                        3:78: statement: more than one .*
                        3:110: _atoll_meta is not allowed: .*
                        3:140: a parameter \\(expected: the value itself\\)""");
    }

    @Test
    void migrationsOfAnSqlNamespaceAreRun() {
        assertThat(
                        problems(
                                """
                                databases:
                                  ws:
                                    sql: true
                                    migrations:
                                      - name: one
                                        sql: [CREATE TABLE a (x), INSERT INTO a VALUES (1)]
                                      - name: two
                                        sql:
                                          - ALTER TABLE a ADD COLUMN y
                                          - INSERT INTO b VALUES (1)
                                          - INSERT INTO c VALUES (1)
                                """))
                .isEqualTo("10:13: no such table: b");
        assertThat(
                        problems(
                                block(
                                        "{ sql: true, migrations: [ { name: a, sql: ['WITH RECURSIVE n(i)"
                                                + " AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"
                                                + " count(*) FROM n'] } ] }")))
                .isEqualTo("3:49: does not end on an empty database");
    }

    @Test
    void limitsHaveLimits() {
        assertThat(problems(block("limits: { size: 9999999999GiB, statement-time: 9999999m }")))
                .isEqualTo(
                        """
                        3:21: '9999999999GiB' (expected: 1MiB to 1024GiB)
                        3:52: '9999999m' (expected: at most 60m)""");
        assertThat(problems(block("limits: { size: 1KiB }")))
                .isEqualTo("3:21: '1KiB' (expected: 1MiB to 1024GiB)");
    }

    @Test
    void valuesAreWhatTheySay() {
        var field =
                "databases: { ws: { tables: { t: { fields: { a: { type: %s, default: %s } } } } } }";
        for (var value : new String[] {"1d", "0x10", "NaN", "1e999", "Infinity", "' 1'"}) {
            assertThat(problems(field.formatted("real", value))).endsWith("(expected: a number)");
        }
        assertThat(problems(field.formatted("integer", "9223372036854775808")))
                .endsWith("(expected: a whole number)");
        for (var moment :
                new String[] {"+999999999-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01"}) {
            assertThat(problems(field.formatted("datetime", "'" + moment + "'")))
                    .endsWith("(expected: a moment, such as 2026-01-31T12:00:00Z)");
        }
        assertThat(problems(field.formatted("text", "\"a\\0b\"")))
                .endsWith("(expected: a text without NUL and half pairs of surrogates)");
        assertThat(problems(field.formatted("text, enum: [a, b, a]", "a")))
                .endsWith("it is there twice");
    }

    @Test
    void warnsOfWhatCannotWorkWell() {
        assertThat(
                        warnings(
                                """
                                databases:
                                  ws:
                                    tables:
                                      p: { fields: {}, access: { read: true } }
                                      c:
                                        fields:
                                          p: { type: text, references: p.id }
                                          q: { type: text, references: p.id }
                                        indexes: [ { fields: [q] } ]
                                """))
                .isEqualTo(
                        """
                        3:5: no access rule: users can use none of its tables (expected: access: { access: … })
                        7:40: no index: each row that is deleted in p has every row of c looked at (expected: index: true)""");
    }

    @Test
    void deletedBytesAreOverwrittenWhereRowsExpire() {
        assertThat(secureDelete("ttl: at")).isTrue();
        assertThat(secureDelete("")).isFalse();
        var yaml = block("{ secure-delete: true }");
        assertThat(BlockFileTest.right(yaml).blocks().getFirst().mode().secureDelete()).isTrue();
    }

    private static boolean secureDelete(String lines) {
        return BlockFileTest.right(table(lines)).blocks().getFirst().mode().secureDelete();
    }

    @Test
    void declaredClaimsHaveTypes() {
        var yaml = block("access: { access: auth.custom.level > 3 }");
        assertThat(BlockFile.read(yaml, Map.of("level", FieldType.INTEGER)))
                .isInstanceOf(BlockFile.Result.Right.class);
        var wrong = BlockFile.read(yaml, Map.of("level", FieldType.TEXT));
        assertThat(wrong.toString()).contains("3:41: '>' does not take (text, integer)");
        var unknown = BlockFile.read(yaml, Map.of("lever", FieldType.INTEGER));
        assertThat(unknown.toString())
                .contains("there is no claim 'level' in auth.custom (did you mean 'lever'?)");
    }

    /** SQLite would take it for a text. */
    @Test
    void aMisspeltColumnInDoubleQuotesIsRefused() {
        var yaml =
                """
                databases:
                  ws:
                    tables:
                      t:
                        fields:
                          title: { type: text }
                          upper: { type: text, computed: 'upper("titel")' }
                        indexes:
                          - { fields: [title], where: '"titel" IS NOT NULL' }
                """;
        var expected =
                " no such column: titel (expected: one that there is; a text has single quotes)";
        assertThat(problems(yaml)).hasToString("7:42:" + expected);
        assertThat(problems(yaml.replace("upper(\"titel\")", "upper(\"title\")")))
                .hasToString("9:39:" + expected);
        BlockFileTest.right(yaml.replace("titel", "title"));
        var migrations =
                """
                databases:
                  ws:
                    sql: true
                    migrations:
                      - name: one
                        sql:
                          - CREATE TABLE "t" ("a" TEXT, b TEXT DEFAULT 'x', CHECK ("a" <> ''))
                          - INSERT INTO t("a") VALUES ('"y"')
                          - %s
                """;
        for (var sql :
                List.of(
                        "UPDATE t SET b = \"titel\"",
                        "CREATE INDEX i ON t (a) WHERE \"titel\" = 1",
                        "CREATE TABLE u (x, CHECK (\"titel\" > 1))",
                        "SELECT \"titel\" FROM t")) {
            assertThat(problems(migrations.formatted(sql))).hasToString("9:13:" + expected);
        }
        BlockFileTest.right(migrations.formatted("UPDATE t SET \"b\" = \"t\".\"a\""));
        BlockFileTest.right(
                migrations.formatted(
                        "CREATE VIRTUAL TABLE f USING fts5(\"x\", tokenize = \"unicode61\")"));
        assertThat(problems(migrations.formatted("UPDATE u SET b = \"titel\"")))
                .hasToString("9:13: no such table: u");
    }

    @Test
    void aComputedValueThatIsTooLongIsRefused() {
        var yaml =
                "databases: { ws: { tables: { t: { fields: { a: { type: text }, b: { type: text,"
                        + " computed: \"%s\" } } } } } }";
        assertThat(problems(yaml.formatted("printf('%.*c', 100000000, 'x')")))
                .hasToString(
                        "1:91: string or blob too big, of a row of short values (expected: at most"
                                + " 2097152 bytes)");
        BlockFileTest.right(yaml.formatted("printf('%.*c', 1000, 'x')"));
    }
}
