package dev.atoll.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.InstanceKey;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What rules say of callers: known ones, other ones and none. */
class CallerTest {
    private static final RuleScope ACCESS = new RuleScope.InstanceRule();

    /** Y, N or ? for alice, bob and nobody. */
    private static String answers(RuleSchema schema, RuleScope scope, String rule)
            throws SQLException {
        try (var database = new TestDatabase(schema)) {
            database.insert(TestSchema.MEMBERS, "m", "alice", 1, 1, null);
            var answers = new StringBuilder();
            for (var caller : new @Nullable Identity[] {TestSchema.ALICE, TestSchema.BOB, null}) {
                answers.append(answer(database, schema, scope, rule, TestSchema.call(caller)));
            }
            return answers.toString();
        }
    }

    private static char answer(
            TestDatabase database,
            RuleSchema schema,
            RuleScope scope,
            String rule,
            RuleContext context)
            throws SQLException {
        boolean yes = database.isTrue(RuleExamples.compile(schema, scope, rule), context);
        var negated = RuleExamples.compile(schema, scope, "!(" + rule + ")");
        boolean no = database.isTrue(negated, context);
        assertThat(yes && no).as(rule).isFalse();
        return yes ? 'Y' : no ? 'N' : '?';
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    true                                        => YYY
                    auth != null                                => YYN
                    auth == null                                => NNY
                    auth.id == 'alice'                          => YN?
                    auth == null || auth.id == 'bob'            => NYY
                    auth != null && auth.id == 'bob'            => NYN
                    auth.role == 'admin'                        => Y??
                    auth.role != 'admin'                        => N??
                    has(auth.role)                              => YN?
                    has(auth.role) && auth.role == 'admin'      => YN?
                    has(auth.email)                             => NY?
                    auth.custom.plan == 'pro'                   => Y??
                    auth.custom.plan != 'free'                  => Y??
                    auth.custom['plan'] == 'pro'                => Y??
                    auth.custom.level == 3                      => Y??
                    auth.custom.level == '3'                    => ?Y?
                    auth.custom.level >= 2                      => Y??
                    auth.custom.price == 2.0                    => Y??
                    auth.custom.flag == true                    => Y??
                    auth.custom.limits.docs == 10               => Y??
                    auth.custom.limits['docs'] == 10            => Y??
                    auth.custom.limits.docs.x == 10             => ???
                    auth.custom.nothing == null                 => Y??
                    auth.custom.missing == null                 => ???
                    auth.custom.plan == null                    => N??
                    has(auth.custom.plan)                       => YN?
                    has(auth.custom.nothing)                    => YN?
                    has(auth.custom.limits.docs)                => Y??
                    has(auth.custom.limits.rows)                => N??
                    has(auth.custom)                            => YY?
                    !(has(auth.custom.banned))                  => YY?
                    auth.custom.banned != true                  => ???
                    't1' in auth.custom.teams                   => Y??
                    auth.custom.teams[0] == 't1'                => Y??
                    auth.custom.teams[9] == 't1'                => ???
                    size(auth.custom.teams) == 2                => Y??
                    size(auth.custom.plan) == 3                 => Y??
                    size(auth.custom.limits) == 1               => ???
                    auth.custom.plan.startsWith('p')            => Y??
                    auth.custom.plan.matches('^pro$')           => Y??
                    instance.id == 'acme'                       => YYY
                    instance.namespace == 'workspace'           => YYY
                    instance.id == auth.id                      => NN?
                    has(instance.id)                            => YYY
                    auth.id in ['alice', 'carol']               => YN?
                    auth.id.startsWith('al')                    => YN?
                    'a' + auth.id + 'b' == 'aaliceb'            => YN?
                    tables.members.exists(m, m.userId == auth.id) => YN?
                    tables.members.exists(m, m.userId != auth.id) => NY?
                    !tables.bans.exists(b, b.userId == auth.id) => YYY
                    """)
    void knowsClaims(String rule, String answers) throws SQLException {
        assertThat(answers(TestSchema.OPEN, ACCESS, rule)).as(rule).isEqualTo(answers);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    auth.custom.plan == 'pro'                   => Y??
                    auth.custom.level == 3                      => Y??
                    auth.custom.level > 2.5                     => Y??
                    auth.custom.price == 2.0                    => Y??
                    auth.custom.price * 2.0 == 4.0              => Y??
                    auth.custom.flag                            => Y??
                    !auth.custom.flag                           => N??
                    has(auth.custom.level)                      => Y??
                    has(auth.custom.plan)                       => YN?
                    't1' in auth.custom.teams                   => Y??
                    auth.custom.teams[1] == 't2'                => Y??
                    """)
    void holdsDeclaredClaimsToTheirTypes(String rule, String answers) throws SQLException {
        assertThat(answers(TestSchema.DECLARED, ACCESS, rule)).as(rule).isEqualTo(answers);
    }

    @Test
    void creationIsDecidedWithoutTables() throws SQLException {
        var create = new RuleScope.CreateRule();
        assertThat(answers(TestSchema.OPEN, create, "instance.id == auth.id")).isEqualTo("NN?");
        assertThat(RuleExamples.problems(TestSchema.OPEN, create, "tables.members.all(m, true)"))
                .hasToString("[1:1: there is no variable 'tables' here]");
    }

    /** Claims are data: what a text holds is never SQL, a pattern, or a path. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "' OR 1=1 --",
                "alice' OR 'a'='a",
                "\"; DROP TABLE members; --",
                "%",
                "a_ice",
                "?",
                "{}",
                "$.\"x\"",
                "ALICE",
                "alice\0",
                "ａｌｉｃｅ",
            })
    void textsInClaimsAreJustTexts(String id) throws SQLException {
        var caller = new Identity(id, null, null, Map.of("key", Dynamic.of(id)));
        try (var examples = new RuleExamples()) {
            var context = TestSchema.call(caller);
            var rules =
                    List.of(
                            "row.ownerId == auth.id",
                            "row.ownerId.contains(auth.id)",
                            "row.ownerId.startsWith(auth.id)",
                            "row.ownerId.endsWith(auth.id)",
                            "row.title + auth.id == row.title + 'alice'",
                            "row.ownerId in [auth.id]",
                            "row.meta[auth.id].edit == true",
                            "tables.members.exists(m, m.userId == auth.custom.key)");
            for (var rule : rules) {
                assertThat(examples.outcome(TestSchema.OPEN, TestSchema.RULE, rule, context))
                        .as(rule)
                        .startsWith("/");
            }
        }
    }

    /** JSON can spell half of a surrogate pair; encoded it would be a question mark. */
    @Test
    void halfACharacterIsNobodysId() throws SQLException {
        var caller =
                new Identity(
                        "al\ud800ce",
                        null,
                        null,
                        Map.of("ids", Dynamic.of(List.of("al\ud800ce", "al?ce"))));
        try (var database = new TestDatabase(TestSchema.OPEN)) {
            database.insert(TestSchema.MEMBERS, "m", "al?ce", 1, 1, null);
            var context = TestSchema.call(caller);
            for (var rule :
                    List.of(
                            "tables.members.exists(m, m.userId == auth.id)",
                            "tables.members.exists(m, m.userId.startsWith(auth.id))",
                            "tables.members.exists(m, m.userId == auth.id + '')",
                            "tables.members.exists(m, m.userId == auth.custom.ids[0])",
                            "'al?cex' == auth.id + 'x'")) {
                assertThat(answer(database, TestSchema.OPEN, ACCESS, rule, context))
                        .as(rule)
                        .isEqualTo('?');
            }
            var listed = "tables.members.exists(m, m.userId in auth.custom.ids)";
            assertThat(answer(database, TestSchema.OPEN, ACCESS, listed, context)).isEqualTo('Y');
        }
    }

    @ParameterizedTest
    @CsvSource({"text", "true", "5", "5.5", "null", "[]", "[\"alice\"]", "{\"a\": 1}"})
    void claimsOfAnotherTypeAreUnknown(String json) throws SQLException {
        var value = json.equals("text") ? Dynamic.of("text") : Dynamic.ofJson(json);
        var custom = new HashMap<String, Dynamic>();
        for (var name : List.of("plan", "level", "price", "flag")) {
            custom.put(name, value);
        }
        var context = TestSchema.call(new Identity("eve", null, null, custom));
        var kinds =
                Map.of(
                        "auth.custom.plan != 'x' && auth.custom.plan.size() >= 0", "text",
                        "auth.custom.level < 100 && auth.custom.level > -100", "5",
                        "auth.custom.price < 100.0 && auth.custom.price > -100.0", "5 5.5",
                        "auth.custom.flag || !auth.custom.flag", "true");
        try (var database = new TestDatabase(TestSchema.DECLARED)) {
            for (var kind : kinds.entrySet()) {
                boolean right = List.of(kind.getValue().split(" ", -1)).contains(json);
                assertThat(answer(database, TestSchema.DECLARED, ACCESS, kind.getKey(), context))
                        .as(kind.getKey())
                        .isEqualTo(right ? 'Y' : '?');
            }
        }
    }

    @Test
    void aUserBlockBelongsToItsUser() throws SQLException {
        var rule = RuleExamples.compile(TestSchema.OPEN, ACCESS, "instance.id == auth.id");
        try (var database = new TestDatabase(TestSchema.OPEN)) {
            var own =
                    new RuleContext(
                            TestSchema.ALICE, InstanceKey.parse("user:alice"), TestSchema.NOW);
            var other =
                    new RuleContext(
                            TestSchema.ALICE, InstanceKey.parse("user:bob"), TestSchema.NOW);
            assertThat(database.isTrue(rule, own)).isTrue();
            assertThat(database.isTrue(rule, other)).isFalse();
        }
    }
}
