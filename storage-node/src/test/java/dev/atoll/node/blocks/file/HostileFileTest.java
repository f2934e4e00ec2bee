package dev.atoll.node.blocks.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Files that are huge, deep, or no files at all. */
class HostileFileTest {
    private static List<FileProblem> problems(String yaml) {
        var result = BlockFile.read(yaml);
        assertThat(result).isInstanceOf(BlockFile.Result.Wrong.class);
        return ((BlockFile.Result.Wrong) result).problems();
    }

    private static String tables(int count, String declaration) {
        return "databases:\n" + namespace("ws", count, declaration);
    }

    private static String namespace(String name, int count, String declaration) {
        var yaml = new StringBuilder("  " + name + ":\n    tables:\n");
        for (int i = 0; i < count; i++) {
            yaml.append("      t").append(i).append(": ").append(declaration).append('\n');
        }
        return yaml.toString();
    }

    @Test
    void aThousandTablesAreRead() {
        var yaml =
                tables(999, "{ fields: { a: { type: text, references: t0.id, index: true } } }")
                        + "      last: { fields: {}, access: { read: 'tables.t998.exists(t, t.a =="
                        + " row.id)' } }\n";
        assertThat(BlockFileTest.right(yaml).blocks().getFirst().tables()).hasSize(1_000);
        assertThat(problems(yaml + "      more: { fields: {} }\n"))
                .hasToString("[4:7: 1001 of them (expected: at most 1000)]");
    }

    @Test
    void tenThousandTablesInAllAreRead() {
        var yaml = new StringBuilder("databases:\n");
        for (int i = 0; i < 10; i++) {
            yaml.append(
                    namespace(
                            "ws" + i,
                            1_000,
                            "{ fields: { a: { type: text, references: t0.id, index: true } } }"));
        }
        assertThat(BlockFileTest.right(yaml.toString()).blocks())
                .hasSize(10)
                .allSatisfy(block -> assertThat(block.tables()).hasSize(1_000));
        assertThat(problems(yaml + "  other:\n    tables: { t: { fields: {} } }\n"))
                .hasToString("[10023:5: more than 10000 tables in the file (expected: fewer)]");
    }

    @Test
    void aThousandProblemsAreEnough() {
        var problems = problems(tables(1_000, "{ feilds: {}, access: { read: row.x } }"));
        assertThat(problems).hasSize(1_001);
        assertThat(problems.getLast().text())
                .isEqualTo("more than 1000 problems: the rest is not looked at");
        var references =
                "{ fields: { a: { type: text, references: u.id }, b: { type: text, references: u.id"
                        + " } } }";
        assertThat(problems(tables(1_000, references))).hasSize(1_001);
    }

    @Test
    void aHugeFileIsNotLookedAt() {
        assertThat(problems("#".repeat((16 << 20) + 1)))
                .hasToString("[1:1: 16777217 characters (expected: at most 16777216)]");
    }

    /** Whatever is long is on a line that is, and has been refused before it is read. */
    @Test
    void aLongLineIsNotLookedAt() {
        int most = 1 << 18;
        var right = "databases: { x: {} }\n";
        for (var part : List.of("# " + "y".repeat(most - 1), " ".repeat(most + 1))) {
            assertThat(problems(right + part))
                    .hasToString("[2:1: a line of 262145 characters (expected: at most 262144)]");
        }
        assertThat(problems("databases: { x: { access: { access: " + "y".repeat(11 << 20)))
                .hasToString("[1:1: a line of 11534372 characters (expected: at most 262144)]");
        // YAML's own line breaks end one.
        assertThat(problems("#\u2028# " + "y".repeat(most)).getFirst().line()).isEqualTo(2);
        BlockFileTest.right(right + ("# " + "y".repeat(most - 2) + "\n").repeat(3));
        BlockFileTest.right(right + "#\n".repeat(2 << 20));
    }

    @Test
    void whatStandsForMoreThanItIsIsRefused() {
        var bomb =
                """
                a: &a [x, x, x, x, x, x, x, x, x]
                b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
                databases: { ws: *b }
                """;
        assertThat(problems(bomb).getLast())
                .hasToString("2:8: an alias (expected: the thing itself)");
        assertThat(problems("databases: { ws: { <<: { sql: true } } }").getFirst().text())
                .isEqualTo("there is no key '<<'");
        assertThat(problems("databases: !!java.net.URL ['http://x']").getFirst().text())
                .startsWith("no YAML: Global tag is not allowed");
        assertThat(problems("databases: { ? [a, b] : c }").getFirst().text())
                .isEqualTo("not a name (expected: a text)");
        assertThat(problems("databases: {}\n---\ndatabases: {}").getFirst().text())
                .startsWith("no YAML: ");
    }

    @Test
    void rulesThatAreHugeOrDeepAreRefused() {
        var rule = "databases:\n  ws:\n    access:\n      access: \"%s\"\n";
        assertThat(problems(rule.formatted("true || ".repeat(1_000) + "true")))
                .hasToString("[4:16: 8004 characters (expected: at most 4096)]");
        assertThat(problems(rule.formatted("!(".repeat(2_000) + "true" + ")".repeat(2_000))))
                .singleElement()
                .matches(problem -> problem.line() == 4);
        assertThat(problems(rule.formatted("(".repeat(500) + "true" + ")".repeat(500))))
                .singleElement()
                .matches(problem -> problem.text().contains("recursion"));
    }

    @Test
    void charactersThatNobodySeesAreNamedWithTheirPlace() {
        assertThat(problems("databases: {}\n# \u0007"))
                .hasToString(
                        "[2:3: no YAML: the character U+0007 (expected: one that can be seen)]");
        // YAML's own line breaks count.
        assertThat(problems("# \u2028databases: { ws: { x: 1 } }"))
                .hasToString("[2:20: there is no key 'x']");
    }

    /** Whatever the file is, it is read or its problems have places. */
    @Test
    void survivesNoise() throws IOException {
        long seed = Long.getLong("atoll.seed", System.nanoTime());
        System.out.println("seed " + seed);
        var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var full = BlockFileTest.full();
        var pieces =
                List.of(
                        "{",
                        "}",
                        "[",
                        "]",
                        ":",
                        ",",
                        "'",
                        "\"",
                        "\n",
                        "  ",
                        "|",
                        ">",
                        "- ",
                        "&a",
                        "*a",
                        "!",
                        "#",
                        "?",
                        "%",
                        "@",
                        "\t",
                        "𝄞",
                        "null",
                        "true",
                        "id",
                        "\u2028",
                        "<<",
                        "9999999999999999999",
                        "''",
                        "=",
                        "&&",
                        ")",
                        "(",
                        ";",
                        "--");
        int wrong = 0;
        for (int i = 0; i < 1_500; i++) {
            var text = new StringBuilder(full);
            for (int j = random.nextInt(1, 4); j > 0; j--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.insert(at, pieces.get(random.nextInt(pieces.size())));
                    case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(1, 30)));
                    default ->
                            text.insert(
                                    at,
                                    full,
                                    at % full.length(),
                                    Math.min(full.length(), at % full.length() + 20));
                }
            }
            if (BlockFile.read(text.toString())
                    instanceof BlockFile.Result.Wrong(List<FileProblem> problems)) {
                wrong++;
                assertThat(problems)
                        .isNotEmpty()
                        .allMatch(problem -> problem.line() > 0 && problem.column() > 0)
                        .allMatch(problem -> !problem.text().isBlank());
            }
        }
        assertThat(wrong).isGreaterThan(500);
    }

    @Test
    void survivesAnIndexWhoseFieldsAreAllWrong() {
        var read =
                BlockFile.read(
                        "databases: { ws: { tables: { p: { fields: { a: { type: text } } },"
                                + " c: { fields: { p: { type: text, references: p.id } }, indexes:"
                                + " [ { fields: [nothing] } ] } } } }");
        assertThat(read)
                .isInstanceOfSatisfying(
                        BlockFile.Result.Wrong.class,
                        wrong -> assertThat(wrong.problems()).hasSize(1));
    }

    /** Editors check by it what the parser checks: the two have one source. */
    @Test
    void theSchemaSaysWhatTheParserTakes() {
        var schema = JsonParser.parseString(BlockFile.jsonSchema()).getAsJsonObject();
        assertThat(schema.get("$schema").getAsString())
                .isEqualTo("https://json-schema.org/draft/2020-12/schema");
        var block =
                schema.getAsJsonObject("properties")
                        .getAsJsonObject("databases")
                        .getAsJsonObject("patternProperties")
                        .getAsJsonObject("^[a-z][a-z0-9_-]{0,62}$");
        assertThat(block.get("additionalProperties").getAsBoolean()).isFalse();
        assertThat(block.getAsJsonObject("properties").keySet())
                .containsExactly(
                        "dynamic",
                        "anonymous",
                        "sql",
                        "secure-delete",
                        "access",
                        "tables",
                        "migrations",
                        "limits");
        var table =
                block.getAsJsonObject("properties")
                        .getAsJsonObject("tables")
                        .getAsJsonObject("patternProperties")
                        .asMap()
                        .values()
                        .iterator()
                        .next()
                        .getAsJsonObject();
        assertThat(table.getAsJsonArray("required")).hasToString("[\"fields\"]");
        assertThat(table.getAsJsonObject("properties").keySet())
                .containsExactly("fields", "indexes", "search", "ttl", "access");
    }
}
