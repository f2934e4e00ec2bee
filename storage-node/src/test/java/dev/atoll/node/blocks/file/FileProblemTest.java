package dev.atoll.node.blocks.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is wrong with files, and where: every problem of a file at once. */
class FileProblemTest {
    private static String problems(String yaml) {
        var result = BlockFile.read(yaml);
        assertThat(result).as(yaml).isInstanceOf(BlockFile.Result.Wrong.class);
        return ((BlockFile.Result.Wrong) result)
                .problems().stream().map(FileProblem::toString).collect(Collectors.joining("\n"));
    }

    /** Problems of one field, whose line is the fifth. */
    private static String field(String declaration) {
        return problems(
                """
                databases:
                  ws:
                    tables:
                      t: { fields: {
                f: { %s }
                      } }
                """
                        .formatted(declaration));
    }

    @Test
    void unknownKeysAreNamedWithTheNearest() {
        assertThat(
                        problems(
                                """
                                database: {}
                                databases:
                                  ws:
                                    dynamc: true
                                    accss: {}
                                    access: { creat: true, owner: true }
                                    tables:
                                      t:
                                        fields:
                                          a: { typ: text, requird: true }
                                """))
                .isEqualTo(
                        """
                        1:1: there is no key 'database' (did you mean 'databases'?)
                        4:5: there is no key 'dynamc' (did you mean 'dynamic'?)
                        5:5: there is no key 'accss' (did you mean 'access'?)
                        6:15: there is no key 'creat' (did you mean 'create'?)
                        6:28: there is no key 'owner'
                        10:14: 'type' is missing
                        10:16: there is no key 'typ' (did you mean 'type'?)
                        10:27: there is no key 'requird' (did you mean 'required'?)""");
    }

    @Test
    void everyProblemIsReported() {
        assertThat(
                        problems(
                                """
                                databases:
                                  ws:
                                    dynamic: yes
                                    tables:
                                      t:
                                        fields:
                                          a: { type: txt }
                                          b: { type: integer, default: x }
                                          b: { type: text }
                                          id: { type: text }
                                        ttl: a
                                        search: [b, c]
                                        access:
                                          read: row.aa == 'x' && row.b
                                          delete: auth.id = 'x'
                                      T:
                                        fields: []
                                    limits: { size: huge, calls-per-second: 0 }
                                """))
                .isEqualTo(
                        """
                        3:14: 'yes' (expected: true or false)
                        7:22: 'txt' (expected: one of text, integer, real, boolean, datetime, json, blob)
                        8:40: 'x' (expected: a whole number)
                        9:11: 'b' is there twice
                        10:11: every table has the field 'id' by itself
                        11:14: 'a' is text (expected: datetime)
                        12:18: 'b' is integer (expected: text)
                        12:21: there is no field 'c' (did you mean 'a'?) in t
                        14:21: there is no field 'aa' in t (did you mean 'a'?)
                        15:27: not understood: =
                        16:7: table 'T' is 't' to SQL
                        17:17: an empty list (expected: names and what they are)
                        18:21: 'huge' (expected: a size, such as 512MiB)
                        18:45: '0' (expected: 1 to 1000000)""");
    }

    @Test
    void fieldsAreHeldToWhatTheySay() {
        assertThat(field("type: text, min: 5, max: 3")).isEqualTo("5:31: max is less than min");
        assertThat(field("type: integer, min: 1.5"))
                .isEqualTo("5:26: '1.5' (expected: a whole number)");
        assertThat(field("type: boolean, min: 1"))
                .isEqualTo("5:26: min is for texts, integers, reals and datetimes");
        assertThat(field("type: integer, min: 1, default: 0"))
                .isEqualTo("5:38: the default: 0 (expected: at least 1)");
        assertThat(field("type: text, max: 2, default: été"))
                .isEqualTo("5:35: the default: 3 (expected: at most 2)");
        assertThat(field("type: text, enum: [a, b], default: c"))
                .isEqualTo("5:41: the default: 'c' (expected: one of a, b)");
        assertThat(field("type: text, pattern: '^[a-z]$', default: '1'"))
                .isEqualTo("5:47: the default: '1' (expected: ^[a-z]$)");
        assertThat(field("type: text, pattern: '('"))
                .isEqualTo("5:27: no pattern: missing closing ): (");
        assertThat(field("type: text, pattern: '(a{1000}){1000}'"))
                .contains("too many repetitions");
        assertThat(field("type: integer, enum: [a]")).isEqualTo("5:27: enum is for texts");
        assertThat(field("type: json, default: '{'")).contains("(expected: JSON, in quotes)");
        assertThat(field("type: blob, default: x"))
                .contains("(expected: no value: a blob has no default)");
        assertThat(field("type: datetime, default: yesterday"))
                .isEqualTo("5:31: 'yesterday' (expected: a moment, such as 2026-01-31T12:00:00Z)");
        assertThat(field("type: boolean, default: no"))
                .isEqualTo("5:30: 'no' (expected: true or false)");
        assertThat(field("type: json, unique: true"))
                .isEqualTo("5:26: unique is not for json and blob");
        assertThat(field("type: text, on-delete: cascade"))
                .isEqualTo("5:29: on-delete without references");
        assertThat(field("type: text, required: true, references: t.id, on-delete: set-null"))
                .isEqualTo("5:63: set-null of a field that is required");
        assertThat(field("type: text, references: u.id"))
                .isEqualTo("5:30: there is no table 'u' (did you mean 't'?)");
        assertThat(field("type: text, references: t.idd"))
                .isEqualTo("5:30: there is no field 'idd' (did you mean 'id'?) in t");
        assertThat(field("type: text, references: t.f"))
                .isEqualTo("5:30: 't.f' is not unique (expected: that it is)");
        assertThat(field("type: integer, references: t.id"))
                .isEqualTo("5:33: 't.id' is text (expected: integer)");
        assertThat(field("type: text, references: t"))
                .isEqualTo("5:30: 't' (expected: TABLE.FIELD)");
        assertThat(field("type: text, computed: id, default: b"))
                .isEqualTo("5:41: 'default' of a computed field (expected: none)");
    }

    @Test
    void problemsOfRulesAreAtTheirPlaceInTheFile() {
        var yaml =
                """
                databases:
                  ws:
                    tables:
                      t:
                        fields: { n: { type: integer } }
                        access:
                          read: row.m == 1
                          insert: 'row.m == 1'
                          update: "row.m == 1"
                          check: |

                            row.n == 1 &&
                              row.m == 1
                          delete: >
                            row.n == 1 &&
                            row.m == 1
                """;
        assertThat(problems(yaml))
                .isEqualTo(
                        """
                        7:21: there is no field 'm' in t (did you mean 'n'?)
                        8:24: there is no field 'm' in t (did you mean 'n'?)
                        9:24: there is no field 'm' in t (did you mean 'n'?)
                        13:19: there is no field 'm' in t (did you mean 'n'?)
                        14:19: there is no field 'm' in t (did you mean 'n'?) (at 1:19 of the rule)""");
    }

    @Test
    void aRuleThatYamlTakesForATagIsExplained() {
        assertThat(problems("databases: { ws: { access: { access: !row.secret } } }"))
                .isEqualTo(
                        "1:38: '!row.secret' is a tag to YAML (expected: quotes around what begins"
                                + " with '!')");
    }

    @Test
    void aTagThatYamlForgetsIsExplained() {
        var tag = "is a tag to YAML (expected: quotes around what begins with '!')";
        assertThat(problems("databases: { ws: { access: { access: ! 1 == 2 } } }"))
                .isEqualTo("1:38: '!' " + tag);
        assertThat(
                        problems(
                                """
                                databases:
                                  ws:
                                    access: !
                                      access: !
                                        auth == null
                                    tables:
                                      t:
                                        fields: { a: { type: text, enum: ! [ a, ! 'b' ] } }
                                        access: { ! read: !!str true, update: "!(row.a == null)" }
                                """))
                .isEqualTo(
                        """
                        3:13: '!' TAG
                        4:15: '!' TAG
                        8:42: '!' TAG
                        8:49: '!' TAG
                        9:19: '!' TAG
                        9:27: '!!str' TAG"""
                                .replace("TAG", tag));
    }

    @Test
    void anAnchorIsExplained() {
        assertThat(problems("databases: { ws: { access: { access: &a 1 == 2 } } }"))
                .isEqualTo(
                        "1:38: '&a' is an anchor to YAML (expected: quotes around what begins with"
                                + " '&')");
        assertThat(problems("databases: { ws: &x { sql: true } }"))
                .startsWith("1:18: '&x' is an anchor");
    }

    @Test
    void whatIsNoYamlIsNamed() {
        assertThat(problems("")).isEqualTo("1:1: an empty file");
        assertThat(problems("databases: [")).startsWith("1:13: no YAML: ");
        assertThat(problems("a: b: c")).startsWith("1:5: no YAML: ");
        assertThat(problems("databases: { a: &x {}, b: *x }"))
                .endsWith("\n1:27: an alias (expected: the thing itself)");
        assertThat(problems("[".repeat(200_000)))
                .isEqualTo("1:21: more than 20 levels (expected: fewer)");
        assertThat(problems("- a")).isEqualTo("1:1: a list (expected: keys and values)");
        assertThat(problems("databases: { Ws: {} }"))
                .isEqualTo("1:14: the name 'Ws' (expected: [a-z][a-z0-9_-]{0,62})");
        assertThat(problems("databases: { ws: { tables: { in: { fields: {} } } } }"))
                .isEqualTo("1:30: table 'in' (expected: a name that is not reserved)");
        assertThat(problems("databases: { ws: { tables: { sqlite_x: { fields: {} } } } }"))
                .isEqualTo("1:30: table 'sqlite_x' (expected: a name that is not reserved)");
        assertThat(
                        problems(
                                "databases: { ws: { tables: { t: { fields: { null: {type: text} } } } } }"))
                .contains("'null'");
    }

    @Test
    void anSqlNamespaceHasNeitherTablesNorRules() {
        assertThat(
                        problems(
                                "databases: { ws: { sql: true, access: { access: 'true' },"
                                        + " tables: { t: { fields: {} } } } }"))
                .isEqualTo(
                        """
                        1:39: 'access' where sql is true: services use it by SQL, and nobody else
                        1:67: 'tables' where sql is true: services use it by SQL, and nobody else""");
    }

    @Test
    void migrationsHaveNamesOfTheirOwn() {
        assertThat(
                        problems(
                                """
                                databases:
                                  ws:
                                    migrations:
                                      - { name: a, sql: [DELETE FROM t] }
                                      - { name: a, sql: [] }
                                      - { sql: [DELETE FROM t] }
                                """))
                .isEqualTo(
                        """
                        5:17: 'a' is there twice
                        5:25: an empty list (expected: a list of at least one)
                        6:9: 'name' is missing""");
    }
}
