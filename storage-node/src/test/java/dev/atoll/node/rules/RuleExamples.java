package dev.atoll.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Rows to try rules on, and what rules say of them. */
final class RuleExamples implements AutoCloseable {
    private final TestDatabase database;

    RuleExamples() throws SQLException {
        database = new TestDatabase(TestSchema.OPEN);
        var docs = TestSchema.DOCS;
        long january = Times.micros(Instant.parse("2026-01-01T00:00:00Z"));
        long december = Times.micros(Instant.parse("2026-12-01T00:00:00.000001Z"));
        var meta =
                """
                {"tags": ["x", "y"], "level": 3, "real": 3.0, "open": true, "name": "an",
                 "nothing": null, "deep": {"k": [1, 2.5]}, "alice": {"edit": true}, "a b": 1}
                """;
        database.insert(
                docs, "a", "Alpha", 1, 1, 1.5, 1, 1, january, meta, new byte[] {1, 2}, "alice");
        database.insert(docs, "b", "Beta", 5, 2, -2.0, 0, 0, december, null, null, "bob");
        database.insert(
                docs,
                "c",
                null,
                null,
                3,
                null,
                0,
                null,
                null,
                "{\"tags\": [1, \"x\"], \"level\": \"3\", \"open\": 1}",
                null,
                null);
        database.insert(
                docs,
                "d",
                "été 𝄞",
                Long.MAX_VALUE,
                4,
                0.0,
                1,
                null,
                null,
                "null",
                new byte[0],
                "alice");
        database.insert(
                docs, "e", "", Long.MIN_VALUE, 5, 1e300, 0, 1, null, "[\"x\"]", null, "o'brien");
        var members = TestSchema.MEMBERS;
        long soon = Times.micros(TestSchema.NOW) + 1;
        database.insert(members, "m1", "alice", 1, 1, null);
        database.insert(members, "m2", "bob", 2, 0, soon);
        database.insert(members, "m3", "carol", null, 1, soon - 1);
        database.insert(TestSchema.BANS, "b1", "mallory");
    }

    TestDatabase database() {
        return database;
    }

    static CompiledRule compile(RuleSchema schema, RuleScope scope, String text) {
        var limits = scope instanceof RuleScope.Filter ? RuleLimits.FILTER : RuleLimits.RULE;
        var result = new RuleCompiler(schema).compile(scope, text, limits);
        assertThat(result).as(text).isInstanceOf(RuleResult.Compiled.class);
        return ((RuleResult.Compiled) result).rule();
    }

    static List<RuleProblem> problems(RuleSchema schema, RuleScope scope, String text) {
        var limits = scope instanceof RuleScope.Filter ? RuleLimits.FILTER : RuleLimits.RULE;
        var result = new RuleCompiler(schema).compile(scope, text, limits);
        assertThat(result).as(text).isInstanceOf(RuleResult.Refused.class);
        return ((RuleResult.Refused) result).problems();
    }

    /** The ids for which it is true, a slash, and those for which it is false. */
    String outcome(RuleSchema schema, RuleScope scope, String text, RuleContext context)
            throws SQLException {
        var negated = "!(" + text + ")";
        var yes = database.matching(TestSchema.DOCS, compile(schema, scope, text), context);
        var no = database.matching(TestSchema.DOCS, compile(schema, scope, negated), context);
        return String.join("", yes) + "/" + String.join("", no);
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
