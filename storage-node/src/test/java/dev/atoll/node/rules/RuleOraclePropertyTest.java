package dev.atoll.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.InstanceKey;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Holds the compiled SQL against CEL's own evaluation: on random rules, rows and callers, with
 * NULLs and missing claims. {@link RandomRules} lists where the two differ on purpose. More rounds
 * with {@code -Datoll.rounds}, the same ones again with {@code -Datoll.seed}.
 */
class RuleOraclePropertyTest {
    private static final int ROUNDS = Integer.getInteger("atoll.rounds", 12);
    private static final int RULES = 40;
    private static final int ROWS = 25;
    private static final int DEPTH = 4;

    private final CelOracle oracle = new CelOracle();

    @Test
    void theSqlMeansWhatTheRuleSays() throws SQLException {
        long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
        System.out.println("seed " + seed);
        var counts = new int[3];
        for (int round = 0; round < ROUNDS; round++) {
            var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + round);
            new Round(random, "seed " + (seed + round)).run(counts);
        }
        System.out.printf("true %d, false %d, unknown %d%n", counts[0], counts[1], counts[2]);
        assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(1_000);
    }

    /** One set of tables, and rules about them. */
    private final class Round {
        private final RandomGenerator random;
        private final RandomCalls calls;
        private final String name;
        private final boolean filter;
        private final boolean declared;
        private final List<Map<String, Object>> docs = new ArrayList<>();
        private final Map<String, Object> variables = new HashMap<>();
        private RuleContext context = TestSchema.call(TestSchema.ALICE);

        Round(RandomGenerator random, String name) {
            this.random = random;
            this.calls = new RandomCalls(random);
            this.name = name;
            this.filter = random.nextInt(3) == 0;
            this.declared = random.nextBoolean();
        }

        void run(int[] counts) throws SQLException {
            var schema = declared ? TestSchema.DECLARED : TestSchema.OPEN;
            try (var database = new TestDatabase(schema)) {
                for (int i = 0; i < ROWS; i++) {
                    insert(database, TestSchema.DOCS, docs);
                }
                var tables = new HashMap<String, Object>();
                for (var table : List.of(TestSchema.MEMBERS, TestSchema.BANS)) {
                    var rows = new ArrayList<Map<String, Object>>();
                    for (int i = random.nextInt(4); i > 0; i--) {
                        insert(database, table, rows);
                    }
                    rows.removeIf(
                            row ->
                                    row.get("until") instanceof Instant until
                                            && !until.isAfter(TestSchema.NOW));
                    tables.put(table.name(), rows);
                }
                tables.put("empty", List.of());
                variables.put("tables", tables);
                for (int i = 0; i < RULES; i++) {
                    call();
                    compare(database, schema, counts);
                }
            }
        }

        private void compare(TestDatabase database, RuleSchema schema, int[] counts)
                throws SQLException {
            var rules = new RandomRules(random, filter, declared);
            var pair = rules.condition(random.nextInt(1, DEPTH + 1));
            var scope = filter ? new RuleScope.Filter("docs", RandomCalls.TYPES) : TestSchema.RULE;
            var yes = compile(schema, scope, pair.rule());
            var no = compile(schema, scope, "!(" + pair.rule() + ")");
            if (yes == null || no == null) {
                return;
            }
            var question = oracle.question(pair.oracle());
            var accepted = database.matching(TestSchema.DOCS, yes, context);
            var refused = database.matching(TestSchema.DOCS, no, context);
            for (var row : docs) {
                variables.put("row", row);
                var id = (String) row.get("id");
                boolean found = accepted.contains(id);
                char ours = found ? 'Y' : refused.contains(id) ? 'N' : '?';
                char theirs = question.ask(variables);
                counts["YN?".indexOf(theirs)]++;
                assertThat(ours)
                        .as(
                                "%s%nrule %s%noracle %s%nrow %s%ncaller %s%narguments %s%nSQL %s",
                                name,
                                pair.rule(),
                                pair.oracle(),
                                row,
                                context.auth(),
                                context.arguments(),
                                yes.sql())
                        .isEqualTo(theirs);
            }
        }

        /** Null if it is too large, or compares two dynamic values: else nothing may be wrong. */
        private static @Nullable CompiledRule compile(
                RuleSchema schema, RuleScope scope, String text) {
            return switch (new RuleCompiler(schema).compile(scope, text, RuleLimits.RULE)) {
                case RuleResult.Compiled(CompiledRule rule) -> rule;
                case RuleResult.Refused(List<RuleProblem> problems) -> {
                    assertThat(problems).as(text).allMatch(Round::mayBe);
                    yield null;
                }
            };
        }

        private static boolean mayBe(RuleProblem problem) {
            return problem.limit() || problem.reason().startsWith("dynamic values cannot be");
        }

        private void insert(TestDatabase database, RuleTable table, List<Map<String, Object>> rows)
                throws SQLException {
            var row = new HashMap<String, Object>();
            var values = new ArrayList<@Nullable Object>();
            for (var field : table.fields()) {
                if (field.name().equals("id")) {
                    var id = table.name() + rows.size() + "-" + random.nextInt(1_000_000);
                    row.put("id", id);
                    values.add(id);
                } else if (field.nullable() && random.nextInt(4) == 0) {
                    values.add(null);
                } else {
                    put(field, row, values);
                }
            }
            rows.add(row);
            database.insert(table, values.toArray());
        }

        private void put(RuleField field, Map<String, Object> row, List<@Nullable Object> values) {
            switch (field.type()) {
                case TEXT -> put(field, row, values, calls.one(RandomRules.TEXTS));
                case INTEGER -> put(field, row, values, calls.one(RandomRules.INTEGERS));
                case REAL -> put(field, row, values, calls.one(RandomRules.REALS));
                case BOOLEAN -> {
                    boolean bool = random.nextBoolean();
                    row.put(field.name(), bool);
                    values.add(bool ? 1 : 0);
                }
                case DATETIME -> {
                    var moment = Instant.parse(calls.one(RandomRules.MOMENTS));
                    row.put(field.name(), moment);
                    values.add(Times.micros(moment));
                }
                case JSON -> {
                    var json = calls.json(3);
                    row.put(field.name(), RandomCalls.value(json));
                    values.add(RandomCalls.text(json));
                }
                case BLOB -> {
                    var bytes = new byte[] {1, 2};
                    row.put(field.name(), CelByteString.of(bytes));
                    values.add(bytes);
                }
            }
        }

        private static void put(
                RuleField field,
                Map<String, Object> row,
                List<@Nullable Object> values,
                Object value) {
            row.put(field.name(), value);
            values.add(value);
        }

        /** Who calls next, and with what. */
        private void call() {
            var instance = InstanceKey.parse(calls.one(List.of("ws:alice", "ws:bob", "catalog")));
            variables.put(
                    "instance", Map.of("namespace", instance.namespace(), "id", instance.id()));
            variables.put("now", TestSchema.NOW);
            var caller = random.nextInt(5) == 0 ? null : calls.caller();
            var arguments = filter ? calls.arguments() : Map.<String, Argument>of();
            context = new RuleContext(caller, instance, TestSchema.NOW, arguments);
            putCaller(caller);
            var given = new HashMap<String, Object>();
            arguments.forEach((key, argument) -> given.put(key, RandomCalls.value(argument)));
            variables.put("args", given);
        }

        /** The evaluation gets claims of the declared types only, and the names of the others. */
        private void putCaller(@Nullable Identity caller) {
            var wrong = new ArrayList<String>();
            variables.put("wrong", wrong);
            if (caller == null) {
                variables.put("auth", NullValue.NULL_VALUE);
                return;
            }
            var custom = new HashMap<String, Object>();
            caller.custom()
                    .forEach(
                            (claim, value) -> {
                                var typed =
                                        switch (declared ? claim : "") {
                                            case "plan" ->
                                                    value instanceof Dynamic.Text ? value : null;
                                            case "level" ->
                                                    value instanceof Dynamic.Int ? value : null;
                                            case "flag" ->
                                                    value instanceof Dynamic.Bool ? value : null;
                                            case "price" ->
                                                    value instanceof Dynamic.Int(long number)
                                                            ? new Dynamic.Real(number)
                                                            : value instanceof Dynamic.Real
                                                                    ? value
                                                                    : null;
                                            default -> value;
                                        };
                                if (typed == null) {
                                    wrong.add(claim);
                                } else {
                                    custom.put(claim, RandomCalls.value(typed));
                                }
                            });
            var auth = new HashMap<String, Object>();
            auth.put("id", caller.id());
            if (caller.role() != null) {
                auth.put("role", caller.role());
            }
            auth.put("custom", custom);
            variables.put("auth", auth);
        }
    }
}
