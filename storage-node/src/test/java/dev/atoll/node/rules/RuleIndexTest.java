package dev.atoll.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What indexes can do for rules: the SQL has no form that hides a column from them. */
class RuleIndexTest {
    private TestDatabase database;

    @BeforeEach
    void open() throws SQLException {
        database = new TestDatabase(TestSchema.OPEN);
        database.run("CREATE INDEX by_owner ON \"t docs\"(ownerId)");
        database.run("CREATE INDEX by_n ON \"t docs\"(n)");
        database.run("CREATE INDEX by_at ON \"t docs\"(at)");
        database.run("CREATE INDEX by_secret ON \"t docs\"(secret)");
        database.run("CREATE INDEX by_user ON members(userId)");
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
    }

    private String plan(String rule) throws SQLException {
        return database.plan(
                TestSchema.DOCS,
                RuleExamples.compile(TestSchema.OPEN, TestSchema.RULE, rule),
                TestSchema.call(TestSchema.ALICE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "row.ownerId == auth.id",
                "auth != null && row.ownerId == auth.id",
                "row.ownerId == auth.id && !row.secret && row.n > 3",
                "row.ownerId == auth.id || row.n == 5",
                "row.ownerId == auth.custom.org",
                "row.ownerId in ['a', auth.id]",
                "row.ownerId in auth.custom.teams",
                "row.ownerId.startsWith(auth.id)",
                "row.ownerId.startsWith('users/' + auth.id + '/')",
                "row.ownerId == 'user-' + auth.id",
                "row.ownerId == null",
                "row.n > 5 + 1",
                "row.n in [1, 2, 3]",
                "row.at > now - duration('24h')",
                "row.secret",
                "!row.secret",
                "row.secret == false",
            })
    void anIndexServesTheRow(String rule) throws SQLException {
        assertThat(plan(rule)).as(rule).contains("USING INDEX by_").doesNotContain("SCAN row");
    }

    @Test
    void anIndexServesTheRowsOfAnotherTable() throws SQLException {
        assertThat(plan("tables.members.exists(m, m.userId == auth.id && m.active)"))
                .contains("SEARCH t1 EXISTS USING INDEX by_user");
        assertThat(plan("tables.members.exists(m, m.userId == row.ownerId)"))
                .contains("USING INDEX by_user");
    }

    @Test
    void whatAsksEveryRowIsWarnedAbout() {
        for (var rule :
                Map.of(
                                "tables.members.all(m, m.active)", "1:19",
                                "true && !tables.members.exists(m, m.active)", "1:31")
                        .entrySet()) {
            var compiled = RuleExamples.compile(TestSchema.OPEN, TestSchema.RULE, rule.getKey());
            assertThat(compiled.warnings())
                    .hasToString(
                            "["
                                    + rule.getValue()
                                    + ": asks every row of members: no index can help]");
        }
        var none = "tables.members.exists(m, m.active) && !tables.members.all(m, m.active)";
        assertThat(RuleExamples.compile(TestSchema.OPEN, TestSchema.RULE, none).warnings())
                .isEqualTo(List.of());
    }

    @Test
    void parametersDescribeThemselves() {
        var rule =
                RuleExamples.compile(
                        TestSchema.DECLARED,
                        TestSchema.RULE,
                        "row.ownerId == auth.id && auth.custom.plan == 'pro' && row.at > now &&"
                                + " instance.id == 'x' && row.meta.a == 1 && auth != null &&"
                                + " row.title in auth.custom.teams");
        assertThat(rule.parameters().stream().map(Parameter::description))
                .containsExactly(
                        "auth.id as text",
                        "auth.custom.plan as text",
                        "'pro'",
                        "now",
                        "instance.id",
                        "'x'",
                        "the path $.a",
                        "the path $.a",
                        "1",
                        "auth != null",
                        "the elements of auth.custom.teams, each text");
    }
}
