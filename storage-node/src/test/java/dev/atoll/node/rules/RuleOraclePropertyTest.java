package dev.atoll.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.InstanceKey;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
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
        private final String name;
        private final boolean filter;
        private final boolean declared;
        private final List<Map<String, Object>> docs = new ArrayList<>();
        private final Map<String, Object> variables = new HashMap<>();
        private RuleContext context = TestSchema.call(TestSchema.ALICE);

        Round(RandomGenerator random, String name) {
            this.random = random;
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
            var scope = filter ? new RuleScope.Filter("docs", GivenValues.TYPES) : TestSchema.RULE;
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
                case TEXT -> put(field, row, values, one(RandomRules.TEXTS));
                case INTEGER -> put(field, row, values, one(RandomRules.INTEGERS));
                case REAL -> put(field, row, values, one(RandomRules.REALS));
                case BOOLEAN -> {
                    boolean bool = random.nextBoolean();
                    row.put(field.name(), bool);
                    values.add(bool ? 1 : 0);
                }
                case DATETIME -> {
                    var moment = Instant.parse(one(RandomRules.MOMENTS));
                    row.put(field.name(), moment);
                    values.add(Times.micros(moment));
                }
                case JSON -> {
                    var json = json(3);
                    row.put(field.name(), value(json));
                    values.add(text(json));
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

        private <T> T one(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }

        /** Who calls next, and with what. */
        private void call() {
            var instance = InstanceKey.parse(one(List.of("ws:alice", "ws:bob", "catalog")));
            variables.put(
                    "instance", Map.of("namespace", instance.namespace(), "id", instance.id()));
            variables.put("now", TestSchema.NOW);
            var caller = random.nextInt(5) == 0 ? null : caller();
            var arguments = filter ? GivenValues.random(this) : Map.<String, Argument>of();
            context = new RuleContext(caller, instance, TestSchema.NOW, arguments);
            putCaller(caller);
            var given = new HashMap<String, Object>();
            arguments.forEach((key, argument) -> given.put(key, GivenValues.value(argument)));
            variables.put("args", given);
        }

        private Identity caller() {
            var custom = new HashMap<String, Dynamic>();
            for (var claim : List.of("plan", "level", "price", "flag")) {
                if (random.nextInt(4) > 0) {
                    custom.put(claim, claim(claim));
                }
            }
            if (random.nextInt(4) > 0) {
                custom.put("any", json(3));
            }
            return new Identity(
                    one(List.of("alice", "bob", "o'brien", "a")),
                    random.nextBoolean() ? one(RandomRules.TEXTS) : null,
                    null,
                    custom);
        }

        private Dynamic claim(String name) {
            return switch (random.nextInt(4) == 0 ? "any" : name) {
                case "plan" -> Dynamic.of(one(RandomRules.TEXTS));
                case "level" -> Dynamic.of(one(RandomRules.INTEGERS));
                case "price" ->
                        random.nextBoolean()
                                ? Dynamic.of(one(RandomRules.REALS))
                                : Dynamic.of(random.nextInt(4));
                case "flag" -> Dynamic.of(random.nextBoolean());
                default -> json(1);
            };
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
                                    custom.put(claim, value(typed));
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

        private Dynamic json(int depth) {
            return switch (random.nextInt(depth == 0 ? 6 : 12)) {
                case 0 -> Dynamic.NULL;
                case 1 -> Dynamic.of(random.nextBoolean());
                case 2 -> Dynamic.of(one(RandomRules.INTEGERS));
                case 3 -> Dynamic.of(one(RandomRules.REALS));
                case 4, 5 -> Dynamic.of(one(RandomRules.TEXTS));
                case 6, 7 -> {
                    var items = new ArrayList<Dynamic>();
                    for (int i = random.nextInt(4); i > 0; i--) {
                        items.add(json(random.nextInt(depth)));
                    }
                    yield new Dynamic.Items(items);
                }
                default -> {
                    var fields = new HashMap<String, Dynamic>();
                    for (var key : List.of("a", "b", "c")) {
                        if (random.nextInt(3) > 0) {
                            fields.put(key, json(depth - 1));
                        }
                    }
                    yield new Dynamic.Fields(fields);
                }
            };
        }
    }

    /** The arguments of filters. */
    private static final class GivenValues {
        static final Map<String, FieldType> TYPES =
                Map.of(
                        "text", FieldType.TEXT,
                        "int", FieldType.INTEGER,
                        "real", FieldType.REAL,
                        "at", FieldType.DATETIME,
                        "doc", FieldType.JSON);

        private GivenValues() {}

        static Map<String, Argument> random(Round round) {
            return Map.of(
                    "text", Argument.of(round.one(RandomRules.TEXTS)),
                    "int", Argument.of(round.one(RandomRules.INTEGERS)),
                    "real", Argument.of(round.one(RandomRules.REALS)),
                    "at", Argument.of(Instant.parse(round.one(RandomRules.MOMENTS))),
                    "doc", Argument.of(round.json(3)));
        }

        static Object value(Argument argument) {
            return switch (argument) {
                case Argument.Document(Dynamic json) -> RuleOraclePropertyTest.value(json);
                case Argument.Scalar(FieldType type, var value) -> scalar(type, value);
            };
        }

        private static Object scalar(FieldType type, SqlValue value) {
            return switch (value) {
                case SqlValue.Integer64(long number) when type == FieldType.DATETIME ->
                        Instant.EPOCH.plus(number, ChronoUnit.MICROS);
                case SqlValue.Integer64(long number) -> number;
                case SqlValue.Real(double number) -> number;
                case SqlValue.Text(String text) -> text;
                case SqlValue.Null _ -> NullValue.NULL_VALUE;
                case SqlValue.Blob(ByteString bytes) -> bytes;
            };
        }
    }

    /** As the evaluation has it. */
    private static Object value(Dynamic json) {
        return switch (json) {
            case Dynamic.Null _ -> NullValue.NULL_VALUE;
            case Dynamic.Bool(boolean bool) -> bool;
            case Dynamic.Int(long number) -> number;
            case Dynamic.Real(double number) -> number;
            case Dynamic.Text(String text) -> text;
            case Dynamic.Items(List<Dynamic> items) ->
                    items.stream().map(RuleOraclePropertyTest::value).toList();
            case Dynamic.Fields(Map<String, Dynamic> fields) -> {
                var values = new HashMap<String, Object>();
                fields.forEach((name, field) -> values.put(name, value(field)));
                yield values;
            }
        };
    }

    private static String text(Dynamic json) {
        return switch (json) {
            case Dynamic.Null _ -> "null";
            case Dynamic.Bool(boolean bool) -> Boolean.toString(bool);
            case Dynamic.Int(long number) -> Long.toString(number);
            case Dynamic.Real(double number) -> Double.toString(number);
            case Dynamic.Text(String text) ->
                    '"'
                            + text.replace("\\", "\\\\")
                                    .replace("\"", "\\\"")
                                    .replace("\0", "\\u0000")
                            + '"';
            case Dynamic.Items(List<Dynamic> items) ->
                    items.stream()
                            .map(RuleOraclePropertyTest::text)
                            .collect(Collectors.joining(",", "[", "]"));
            case Dynamic.Fields(Map<String, Dynamic> fields) ->
                    fields.entrySet().stream()
                            .map(entry -> '"' + entry.getKey() + "\":" + text(entry.getValue()))
                            .collect(Collectors.joining(",", "{", "}"));
        };
    }
}
