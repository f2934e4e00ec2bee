package dev.atoll.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NULL makes nothing true but the question whether it is NULL. */
class NullTest {
    private static final String ONLY_NULLS = "n";

    private static boolean holds(String rule) throws SQLException {
        try (var database = new TestDatabase(TestSchema.OPEN)) {
            database.insert(
                    TestSchema.DOCS,
                    ONLY_NULLS,
                    null,
                    null,
                    0,
                    null,
                    0,
                    null,
                    null,
                    null,
                    null,
                    null);
            database.insert(TestSchema.BANS, "b", (Object) null);
            var compiled = RuleExamples.compile(TestSchema.OPEN, TestSchema.RULE, rule);
            return database.matching(TestSchema.DOCS, compiled, TestSchema.call(TestSchema.ALICE))
                    .equals(List.of(ONLY_NULLS));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "row.n == 5",
                "row.n != 5",
                "row.n < 5",
                "row.n <= 5",
                "row.n > 5",
                "row.n >= 5",
                "row.n == row.n",
                "row.n != row.n",
                "row.n in [5]",
                "row.n in []",
                "row.n + 1 > 0",
                "row.n * 0 == 0",
                "-row.n == 0",
                "row.r * 0.0 == 0.0",
                "row.n == 5 || row.n != 5",
                "row.n == 5 ? true : true",
                "(row.n == 5) == (row.n == 5)",
                "(row.n == 5) != (row.n == 5)",
                "row.flag",
                "row.flag || !row.flag",
                "row.flag == row.flag",
                "row.title == row.ownerId",
                "row.ownerId == auth.custom.missing",
                "row.ownerId == auth.id",
                "row.title.contains('')",
                "row.title.startsWith('')",
                "row.title.endsWith('')",
                "row.title.matches('')",
                "row.title.startsWith(row.title)",
                "row.title.endsWith(row.title)",
                "size(row.title) >= 0",
                "row.title + '' == ''",
                "row.title in auth.custom.teams",
                "'x'.contains(row.title)",
                "row.at == now",
                "row.at + duration('1h') > now",
                "row.data == b''",
                "size(row.data) >= 0",
                "row.meta.a == 1",
                "row.meta.a == null",
                "1 in row.meta.a",
                "has(row.meta.a)",
                "size(row.meta) >= 0",
                "(row.flag ? row.n : 5) == null",
                "(row.flag ? row.n : row.count) == null",
                "tables.bans.exists(b, b.userId == auth.id)",
                "tables.bans.all(b, b.userId == auth.id)",
                "tables.bans.all(b, b.userId != auth.id)",
                "tables.bans.exists(b, b.userId == row.ownerId)",
                "auth.custom.missing == 'x'",
                "auth.custom.missing == null",
            })
    void isUnknown(String rule) throws SQLException {
        assertThat(holds(rule)).as(rule).isFalse();
        assertThat(holds("!(" + rule + ")")).as("not " + rule).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "row.n == null",
                "!(row.n != null)",
                "row.title == null",
                "row.meta == null",
                "row.at == null",
                "!has(row.n)",
                "row.n == 5 || true",
                "!(row.n == 5 && false)",
                "row.count == 0 || row.n == 5",
                "tables.bans.exists(b, b.userId == null)",
                "(row.secret ? row.n : row.n) == null",
            })
    void isKnown(String rule) throws SQLException {
        assertThat(holds(rule)).as(rule).isTrue();
        assertThat(holds("!(" + rule + ")")).as("not " + rule).isFalse();
    }

    @Test
    void aBanListWithANullDenies() throws SQLException {
        var rule = "!tables.bans.exists(b, b.userId == auth.id)";
        assertThat(holds(rule)).isFalse();
        assertThat(holds("tables.bans.exists(b, b.userId == auth.id) || " + rule)).isFalse();
    }

    @Test
    void nobodyOwnsWhatHasNoOwner() throws SQLException {
        var rule = RuleExamples.compile(TestSchema.OPEN, TestSchema.RULE, "row.ownerId == auth.id");
        try (var examples = new RuleExamples()) {
            assertThat(
                            examples.database()
                                    .matching(
                                            TestSchema.DOCS,
                                            rule,
                                            TestSchema.call((Identity) null)))
                    .isEmpty();
        }
    }
}
