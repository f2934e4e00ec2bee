package dev.atoll.node.operations;

import dev.atoll.node.rules.Argument;
import dev.atoll.node.rules.Dynamic;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.RandomCalls;
import dev.atoll.node.rules.RandomRules;
import dev.atoll.node.rules.RulePair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Makes up rows of a {@link RandomBlock}, and operations on them. */
final class RandomOperations {
    private static final List<String> ORDERS =
            List.of(
                    "",
                    "n desc",
                    "title, n",
                    "slug",
                    "r, at desc",
                    "ownerId desc",
                    "secret, count");

    private static final List<String> FIELDS =
            List.of("title", "n", "count", "r", "secret", "flag", "at", "meta", "ownerId");

    private static final List<String> WORDS =
            List.of("a", "alice", "\"o'brien\"", "a*", "null pro", "a-b* \"x\" OR", "5");

    /** So long that two of them are longer than a value may be. */
    private static final String LONG = "long ".repeat(300_000);

    private final RandomGenerator random;
    private final RandomCalls calls;
    private final List<String> idsTaken = new ArrayList<>();
    private int made;

    RandomOperations(RandomGenerator random) {
        this.random = random;
        this.calls = new RandomCalls(random);
    }

    /** Some value of a field that anybody may write; NULL at times. */
    private TypedValue value(String field) {
        if (!List.of("count", "secret").contains(field) && random.nextInt(5) == 0) {
            return TypedValue.NULL;
        }
        return switch (field) {
            case "title" ->
                    TypedValue.of(
                            random.nextInt(80) == 0
                                    ? LONG
                                    : calls.one(RandomRules.TEXTS)
                                            + (random.nextBoolean()
                                                    ? ""
                                                    : " " + calls.one(RandomRules.TEXTS)));
            case "n", "count" -> TypedValue.of(calls.one(RandomRules.INTEGERS));
            case "r" -> TypedValue.of(calls.one(RandomRules.REALS));
            case "secret", "flag" -> TypedValue.of(random.nextBoolean());
            case "at" -> TypedValue.of(Instant.parse(calls.one(RandomRules.MOMENTS)));
            case "meta" -> TypedValue.json(RandomCalls.text(calls.json(2)));
            case "ownerId" -> TypedValue.of(calls.one(List.of("alice", "bob", "a")));
            default -> throw new IllegalArgumentException(field);
        };
    }

    /** A row with an id and a unique value of its own. */
    Map<String, TypedValue> row(String table, List<String> parents) {
        var fields = new HashMap<String, TypedValue>();
        FIELDS.forEach(field -> fields.put(field, value(field)));
        var id = table + ++made;
        fields.put("id", TypedValue.of(id));
        fields.put("slug", TypedValue.of("slug-" + id));
        if (!parents.isEmpty() && random.nextInt(3) == 0) {
            fields.put("parent", TypedValue.of(calls.one(parents)));
        }
        return fields;
    }

    Map<String, TypedValue> member() {
        return Map.of(
                "userId", TypedValue.of(calls.one(List.of("alice", "bob", "a"))),
                "level", TypedValue.of(calls.one(RandomRules.INTEGERS)),
                "active", TypedValue.of(random.nextBoolean()),
                "until", value("at"));
    }

    Map<String, TypedValue> ban() {
        return Map.of(
                "userId",
                random.nextInt(4) == 0
                        ? TypedValue.NULL
                        : TypedValue.of(calls.one(RandomRules.TEXTS)));
    }

    RandomCalls calls() {
        return calls;
    }

    /**
     * A filter, with what CEL's own evaluation is asked.
     *
     * @param arguments as that has them
     */
    record Asked(Filter filter, RulePair pair, Map<String, Object> arguments) {}

    Asked filter() {
        if (random.nextInt(5) == 0) {
            return new Asked(Filter.ALL, RulePair.same("true"), Map.of());
        }
        var given = calls.arguments();
        var pair = new RandomRules(random, true, false).condition(random.nextInt(1, 4));
        var typed = new HashMap<String, TypedValue>();
        var plain = new HashMap<String, Object>();
        given.forEach(
                (name, argument) -> {
                    typed.put(name, typed(argument));
                    plain.put(name, RandomCalls.value(argument));
                });
        return new Asked(new Filter(pair.rule(), typed), pair, plain);
    }

    private static TypedValue typed(Argument argument) {
        return switch (argument) {
            case Argument.Document(Dynamic json) -> TypedValue.json(RandomCalls.text(json));
            case Argument.Scalar(FieldType type, var value) -> new TypedValue(type, value);
        };
    }

    /**
     * What an operation may speak of, and what it may only look for.
     *
     * @param table of the operation
     * @param shared ids that may be taken and referred to
     * @param hidden ids of which nothing may be learnt
     */
    record Ids(String table, List<String> shared, List<String> hidden) {}

    Operation operation(Ids ids, Asked asked) {
        var table = ids.table();
        var filter = asked.filter();
        return switch (random.nextInt(14)) {
            case 0 -> new Operation.Get(table, anyId(ids), List.of());
            case 1, 2 -> list(table, filter, "");
            case 3 -> new Operation.Count(table, filter);
            case 4 -> search(table, filter);
            case 5, 6 -> new Operation.Insert(table, written(ids, true));
            case 7, 8 -> new Operation.Update(table, anyId(ids), patch(ids));
            case 9, 10 -> upsert(ids);
            case 11 -> new Operation.Delete(table, anyId(ids));
            case 12 -> new Operation.UpdateWhere(table, filter, patch(ids));
            default ->
                    random.nextInt(3) == 0
                            ? new Operation.DeleteWhere(table, filter)
                            : new Operation.Count(table, filter);
        };
    }

    Operation.ListRows list(String table, Filter filter, String token) {
        var fields = random.nextInt(3) == 0 ? List.of(calls.one(FIELDS), "id") : List.<String>of();
        return new Operation.ListRows(
                table, filter, calls.one(ORDERS), new View(fields, random.nextInt(1, 8), token));
    }

    private Operation search(String table, Filter filter) {
        return new Operation.Search(
                table,
                calls.one(WORDS),
                filter,
                new View(List.of(), 1_000, ""),
                random.nextBoolean());
    }

    private Operation upsert(Ids ids) {
        var fields = written(ids, true);
        boolean bySlug = random.nextBoolean();
        if (random.nextBoolean() && !ids.shared().isEmpty()) {
            var id = calls.one(ids.shared());
            fields.put("id", TypedValue.of(id));
            fields.put("slug", TypedValue.of("slug-" + id));
        }
        return new Operation.Upsert(ids.table(), fields, bySlug ? "slug" : "");
    }

    /** Some fields; with an id, or the node makes one. */
    private Map<String, TypedValue> written(Ids ids, boolean isNew) {
        var fields = new HashMap<String, TypedValue>();
        for (var field : FIELDS) {
            if (random.nextInt(isNew ? 2 : 4) == 0) {
                fields.put(field, value(field));
            }
        }
        if (isNew) {
            var id = ids.table() + "-new" + ++made;
            fields.put("id", TypedValue.of(id));
            fields.put("slug", TypedValue.of("slug-" + id));
            idsTaken.add(id);
        }
        if (ids.table().equals("items") && random.nextInt(4) == 0) {
            var parents =
                    new ArrayList<>(idsTaken.stream().filter(RandomOperations::isDoc).toList());
            parents.add("docs-nowhere");
            fields.put("parent", TypedValue.of(calls.one(parents)));
        }
        if (random.nextInt(20) == 0) {
            fields.put("nothing", TypedValue.of(1));
        }
        return fields;
    }

    private static boolean isDoc(String id) {
        return id.startsWith("docs");
    }

    private Patch patch(Ids ids) {
        return new Patch(
                written(ids, false),
                random.nextInt(4) == 0
                        ? Map.of(calls.one(List.of("n", "r", "title")), TypedValue.of(1L))
                        : Map.of(),
                random.nextInt(6) == 0 ? List.of(calls.one(FIELDS)) : List.of());
    }

    private String anyId(Ids ids) {
        var all = new ArrayList<>(ids.shared());
        all.addAll(ids.hidden());
        all.addAll(idsTaken);
        all.add("nowhere");
        return calls.one(all);
    }
}
