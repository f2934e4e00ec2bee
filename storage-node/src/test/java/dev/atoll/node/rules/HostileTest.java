package dev.atoll.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rules that are too large, too deep, or meant to do harm. */
class HostileTest {
    private static final RuleScope FILTER = new RuleScope.Filter("docs", Map.of());

    private static RuleProblem problem(RuleScope scope, String text) {
        return RuleExamples.problems(TestSchema.OPEN, scope, text).getFirst();
    }

    private static void assertLimit(RuleScope scope, String text, String reason) {
        var problem = problem(scope, text);
        assertThat(problem.reason()).isEqualTo(reason);
        assertThat(problem.limit()).isTrue();
    }

    @Test
    void limitsCharacters() {
        var fits = "row.title == '" + "𝄞".repeat(4_096 - 15) + "'";
        RuleExamples.compile(TestSchema.OPEN, TestSchema.RULE, fits);
        assertLimit(TestSchema.RULE, fits + " ", "4097 characters (expected: at most 4096)");
        assertLimit(FILTER, " ".repeat(70_000), "70000 characters (expected: at most 65536)");
    }

    @Test
    void limitsNodes() {
        var many = IntStream.range(0, 500).mapToObj(i -> "true").collect(Collectors.joining("||"));
        RuleExamples.compile(TestSchema.OPEN, TestSchema.RULE, many);
        var list = "row.n in [" + "1,".repeat(1_999) + "1]";
        assertLimit(TestSchema.RULE, list, "expression node limit (2000) exceeded");
    }

    @Test
    void limitsDepth() {
        var reason = "Expression recursion limit exceeded. limit: 32";
        assertLimit(TestSchema.RULE, "(".repeat(40) + "true" + ")".repeat(40), reason);
        assertLimit(TestSchema.RULE, "row.n" + " + row.n".repeat(60) + " > 0", reason);
        assertLimit(TestSchema.RULE, "row.meta" + ".a".repeat(60) + " == 1", reason);
        assertLimit(FILTER, "[".repeat(30_000), reason);
        assertLimit(FILTER, "f(".repeat(30_000), reason);
        assertThat(problem(FILTER, "true?".repeat(10_000)).limit()).isFalse();
        assertLimit(FILTER, "!(".repeat(30_000), reason);
    }

    @Test
    void limitsSubqueries() {
        var exists = "tables.members.exists(m, m.active)";
        RuleExamples.compile(
                TestSchema.OPEN,
                TestSchema.RULE,
                String.join("&&", Collections.nCopies(8, exists)));
        assertLimit(
                TestSchema.RULE,
                String.join("&&", Collections.nCopies(9, exists)),
                "exists() and all(): 9 (expected: at most 8)");
        var nested = "true";
        for (int i = 0; i < 9; i++) {
            nested = "tables.members.exists(m" + i + ", " + nested + ")";
        }
        assertLimit(TestSchema.RULE, nested, "exists() and all(): 9 (expected: at most 8)");
    }

    /** Each condition of a condition is written out twice. */
    @Test
    void limitsWhatConditionsGrowTo() {
        var condition = "row.n == 1";
        for (int i = 0; i < 20; i++) {
            condition = "(" + condition + " ? row.secret : row.flag)";
        }
        assertLimit(TestSchema.RULE, condition, "its SQL is over 65536 characters long");
        var value = "row.n";
        for (int i = 0; i < 10; i++) {
            value = "((" + value + " == 1 ? 1 : 2) + 1)";
        }
        assertLimit(TestSchema.RULE, value + " == 1", "its SQL is over 65536 characters long");
    }

    /** SQLite takes 32,766 parameters in a statement, which has rules and a filter. */
    @Test
    void limitsParameters() {
        var list = "row.n in [" + "1,".repeat(989) + "1]";
        var value = "(" + list + " ? row.secret : row.flag)";
        RuleExamples.compile(TestSchema.OPEN, FILTER, value);
        for (int i = 0; i < 3; i++) {
            value = "(" + value + " ? row.secret : row.flag)";
        }
        assertLimit(FILTER, value, "its SQL has over 8000 parameters");
    }

    @Test
    void saysWhoNeedsPatterns() {
        assertThat(
                        RuleExamples.compile(TestSchema.OPEN, FILTER, "row.title.matches('a')")
                                .asksPatterns())
                .isTrue();
        assertThat(
                        RuleExamples.compile(
                                        TestSchema.OPEN, FILTER, "row.title == '_atoll_matches('")
                                .asksPatterns())
                .isFalse();
    }

    @Test
    void survivesNoise() {
        long seed = Long.getLong("atoll.seed", System.nanoTime());
        System.out.println("seed " + seed);
        var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var pieces =
                List.of(
                        "row",
                        ".",
                        "title",
                        "(",
                        ")",
                        "[",
                        "]",
                        "{",
                        "}",
                        "'",
                        "\"",
                        "\\",
                        "?",
                        ":",
                        "&&",
                        "||",
                        "!",
                        "==",
                        "<",
                        "in",
                        "exists",
                        "all",
                        "has",
                        "tables",
                        "members",
                        "m",
                        ",",
                        "1",
                        "-",
                        "+",
                        "1e999",
                        "b'",
                        "r'",
                        "\n",
                        "//",
                        "\0",
                        "𝄞",
                        "\ud800",
                        " ",
                        "auth",
                        "null",
                        "args",
                        "now",
                        "timestamp",
                        "0x",
                        "`",
                        "@result",
                        "_");
        for (int i = 0; i < 3_000; i++) {
            var text = new StringBuilder();
            for (int j = random.nextInt(1, 25); j > 0; j--) {
                text.append(pieces.get(random.nextInt(pieces.size())));
            }
            var result =
                    new RuleCompiler(TestSchema.OPEN)
                            .compile(TestSchema.RULE, text.toString(), RuleLimits.RULE);
            if (result instanceof RuleResult.Refused(List<RuleProblem> problems)) {
                assertThat(problems).isNotEmpty();
                for (var problem : problems) {
                    assertThat(problem.line()).isPositive();
                    assertThat(problem.column()).isPositive();
                    assertThat(problem.reason()).isNotBlank().hasSizeLessThan(400);
                }
            }
        }
    }

    @Test
    void allThatARuleSaysIsBound() {
        var hostile = "x' OR 1=1; DROP TABLE docs; --";
        var rule =
                RuleExamples.compile(
                        TestSchema.OPEN,
                        TestSchema.RULE,
                        ("row.title == \"%s\" || row.title.matches(\"%s\") ||"
                                        + " row.title.contains(\"%s\") || row.meta[\"%s\"] == \"%s\" ||"
                                        + " row.title in [\"%s\"] || auth.custom[\"%s\"] == \"%s\"")
                                .replace("%s", hostile));
        assertThat(rule.sql()).doesNotContain("DROP").doesNotContain("--");
    }

    @Test
    void patternsThatExplodeAreRefusedBeforeTheyAreBuilt() {
        for (var pattern :
                List.of(
                        "(a{1000}){1000}",
                        "((a{100}){100}){100}",
                        "(((a{1,30}){1,30}){1,30}){1,30}",
                        "([]a{]{1000}){1000}",
                        "(\\\\(a{1000}){1000}",
                        "([(]a{1000}){1000}",
                        "(\\\\Q(\\\\Ea{1000}){1000}",
                        "(?:(?i)x{1000}){1000}",
                        "(\\\\pL{1000}){1000}",
                        "(\\\\p{Greek}{1000}){1000}",
                        "([[:alpha:]]{1000}){1000}",
                        "(a{1000}|b{1000}){1000}",
                        "(a|b|c|d|e|f|g|h){1000}",
                        "(?:a{0,50}){20}b")) {
            var problem = problem(FILTER, "row.title.matches('" + pattern + "')");
            assertThat(problem.reason()).as(pattern).contains("too many repetitions");
        }
        assertThat(problem(FILTER, "row.title.matches('" + "a".repeat(1_025) + "')").reason())
                .isEqualTo("a pattern of 1025 characters (expected: at most 1024)");
    }

    /** The estimate is never below what the library makes of the pattern. */
    @Test
    void thePatternsEstimateHolds() {
        long seed = Long.getLong("atoll.seed", System.nanoTime());
        System.out.println("seed " + seed);
        var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var pieces =
                List.of(
                        "a",
                        "b",
                        ".",
                        "[a-z]",
                        "[^]x]",
                        "[]]",
                        "[[:digit:]{]",
                        "[\\]]",
                        "\\d",
                        "\\{",
                        "\\(",
                        "\\)",
                        "\\pL",
                        "\\p{Greek}",
                        "\\x{10FFFF}",
                        "\\Q(a)\\E",
                        "(",
                        "(?:",
                        "(?i)",
                        ")",
                        ")",
                        "|",
                        "*",
                        "+",
                        "?",
                        "{2}",
                        "{3,}",
                        "{0,4}",
                        "{2,3}",
                        "{",
                        "}",
                        "{,2}",
                        "^",
                        "$",
                        "é",
                        "𝄞",
                        "[",
                        "]",
                        "(?P<n>",
                        "\\b",
                        "\\z");
        int valid = 0;
        int invalid = 0;
        var wrong = new ArrayList<String>();
        for (int i = 0; i < 20_000; i++) {
            var pattern = new StringBuilder();
            for (int j = random.nextInt(1, 12); j > 0; j--) {
                pattern.append(pieces.get(random.nextInt(pieces.size())));
            }
            try {
                int size = com.google.re2j.Pattern.compile(pattern.toString()).programSize();
                valid++;
                // A pattern begins and ends with instructions of its own.
                if (size > PatternSize.estimate(pattern.toString()) * 2 + 10) {
                    wrong.add(pattern + " " + size);
                }
            } catch (com.google.re2j.PatternSyntaxException e) {
                invalid++;
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(valid).isGreaterThan(1_000);
        assertThat(invalid).isGreaterThan(1_000);
    }

    @Test
    void aTextTooLargeForItsPatternIsUnknown() throws SQLException {
        var text = "a".repeat(1_000_000);
        try (var database = new TestDatabase(TestSchema.OPEN)) {
            database.insert(TestSchema.DOCS, "x", text, 1, 1, 1.0, 0);
            var small = RuleExamples.compile(TestSchema.OPEN, FILTER, "!row.title.matches('b')");
            var large = "row.title.matches('(a?){50}b')";
            var call = TestSchema.call(Map.of());
            assertThat(database.matching(TestSchema.DOCS, small, call)).hasSize(1);
            for (var filter : List.of(large, "!" + large)) {
                var rule = RuleExamples.compile(TestSchema.OPEN, FILTER, filter);
                assertThat(database.matching(TestSchema.DOCS, rule, call)).isEmpty();
            }
        }
    }

    @Test
    void whatIsPutTogetherStaysSmall() throws SQLException {
        try (var database = new TestDatabase(TestSchema.OPEN)) {
            database.insert(TestSchema.DOCS, "x", "a".repeat(40_000), 1, 1, 1.0, 0);
            var sum = "row.title + row.title + row.title == 'a'";
            for (var filter : List.of(sum, "!(" + sum + ")")) {
                var rule = RuleExamples.compile(TestSchema.OPEN, FILTER, filter);
                assertThat(database.matching(TestSchema.DOCS, rule, TestSchema.call(Map.of())))
                        .isEmpty();
            }
            var caller = new Identity("a".repeat(40_000), null, null, Map.of());
            var claims = "auth.id + auth.id == 'a'";
            for (var text : List.of(claims, "!(" + claims + ")")) {
                var rule = RuleExamples.compile(TestSchema.OPEN, TestSchema.RULE, text);
                assertThat(database.matching(TestSchema.DOCS, rule, TestSchema.call(caller)))
                        .isEmpty();
            }
        }
    }

    @Test
    void aTextMayHoldNul() throws SQLException {
        try (var database = new TestDatabase(TestSchema.OPEN)) {
            database.insert(
                    TestSchema.DOCS, "x", "a\0b", 1, 1, 1.0, 0, null, null, null, null, "a\0");
            var call = TestSchema.call(Map.of());
            var yes =
                    List.of(
                            "row.title == 'a\\u0000b'",
                            "row.title != 'a'",
                            "row.title != 'a\\u0000c'",
                            "row.title.startsWith('a\\u0000')",
                            "!row.title.startsWith('a\\u0000c')",
                            "row.title.startsWith(row.ownerId)",
                            "!row.ownerId.startsWith(row.title)",
                            "row.title.endsWith('\\u0000b')",
                            "!row.title.endsWith('c')",
                            "row.title.contains('\\u0000b')",
                            "row.title.contains('b')",
                            "row.title.matches('b$')",
                            "row.title.matches('^a.b$')",
                            "row.title in ['a\\u0000b']",
                            "row.title + 'x' == 'a\\u0000bx'");
            for (var filter : yes) {
                var rule = RuleExamples.compile(TestSchema.OPEN, FILTER, filter);
                assertThat(database.matching(TestSchema.DOCS, rule, call)).as(filter).hasSize(1);
                var not = RuleExamples.compile(TestSchema.OPEN, FILTER, "!(" + filter + ")");
                assertThat(database.matching(TestSchema.DOCS, not, call)).as(filter).isEmpty();
            }
            for (var filter : List.of("size(row.title) == 3", "size(row.title) != 3")) {
                var rule = RuleExamples.compile(TestSchema.OPEN, FILTER, filter);
                assertThat(database.matching(TestSchema.DOCS, rule, call)).as(filter).isEmpty();
            }
        }
    }

    @Test
    void prefixesEndWhereTheyShould() throws SQLException {
        try (var database = new TestDatabase(TestSchema.OPEN)) {
            var titles =
                    List.of("\ud7ff", "\ue000", "\udbff\udfff", "\udbff\udfffx", "z", "\uffff");
            for (var title : titles) {
                database.insert(TestSchema.DOCS, title, title, 1, 1, 1.0, 0);
            }
            for (var prefix : titles) {
                var filter = "row.title.startsWith(args.p)";
                var scope = new RuleScope.Filter("docs", Map.of("p", FieldType.TEXT));
                var call = TestSchema.call(Map.of("p", Argument.of(prefix)));
                assertThat(
                                database.matching(
                                        TestSchema.DOCS,
                                        RuleExamples.compile(TestSchema.OPEN, scope, filter),
                                        call))
                        .isEqualTo(titles.stream().filter(t -> t.startsWith(prefix)).toList());
            }
        }
    }

    @Test
    void aSchemaOfTenThousandTablesCompiles() {
        var tables =
                IntStream.range(0, 10_000)
                        .mapToObj(
                                i ->
                                        new RuleTable(
                                                "t" + i,
                                                "t" + i,
                                                List.of(
                                                        new RuleField(
                                                                "id",
                                                                FieldType.TEXT,
                                                                false,
                                                                "id"))))
                        .toList();
        var compiler = new RuleCompiler(new RuleSchema(tables, Map.of()));
        var result =
                compiler.compile(
                        new RuleScope.TableRule("t7"),
                        "tables.t9999.exists(t, t.id == row.id)",
                        RuleLimits.RULE);
        assertThat(result).isInstanceOf(RuleResult.Compiled.class);
        assertThat(
                        compiler.compile(
                                new RuleScope.TableRule("t7"),
                                "tables.t10000.exists(t, true)",
                                RuleLimits.RULE))
                .isInstanceOf(RuleResult.Refused.class);
    }
}
