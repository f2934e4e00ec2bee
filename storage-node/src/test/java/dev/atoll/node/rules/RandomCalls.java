package dev.atoll.node.rules;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.SqlValue;
import dev.cel.common.values.NullValue;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes up callers, their claims and arguments, and says what CEL's own evaluation is told. */
public final class RandomCalls {
    static final Map<String, FieldType> TYPES =
            Map.of(
                    "text", FieldType.TEXT,
                    "int", FieldType.INTEGER,
                    "real", FieldType.REAL,
                    "at", FieldType.DATETIME,
                    "doc", FieldType.JSON);

    private final RandomGenerator random;

    public RandomCalls(RandomGenerator random) {
        this.random = random;
    }

    public <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** Somebody with any claims. */
    public Identity caller() {
        return caller(one(List.of("alice", "bob", "o'brien", "a")));
    }

    /** The one of that name. */
    public Identity caller(String name) {
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
                name, random.nextBoolean() ? one(RandomRules.TEXTS) : null, null, custom);
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

    /** A document. */
    public Dynamic json(int depth) {
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

    /** What comes with a filter. */
    public Map<String, Argument> arguments() {
        return Map.of(
                "text", Argument.of(one(RandomRules.TEXTS)),
                "int", Argument.of(one(RandomRules.INTEGERS)),
                "real", Argument.of(one(RandomRules.REALS)),
                "at", Argument.of(Instant.parse(one(RandomRules.MOMENTS))),
                "doc", Argument.of(json(3)));
    }

    /** As the evaluation has it. */
    public static Object value(Argument argument) {
        return switch (argument) {
            case Argument.Document(Dynamic json) -> value(json);
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

    /** As the evaluation has it. */
    public static Object value(Dynamic json) {
        return switch (json) {
            case Dynamic.Null _ -> NullValue.NULL_VALUE;
            case Dynamic.Bool(boolean bool) -> bool;
            case Dynamic.Int(long number) -> number;
            case Dynamic.Real(double number) -> number;
            case Dynamic.Text(String text) -> text;
            case Dynamic.Items(List<Dynamic> items) ->
                    items.stream().map(RandomCalls::value).toList();
            case Dynamic.Fields(Map<String, Dynamic> fields) -> {
                var values = new HashMap<String, Object>();
                fields.forEach((name, field) -> values.put(name, value(field)));
                yield values;
            }
        };
    }

    /** Of a caller whose claims have the types that they have. */
    public static Object auth(@Nullable Identity caller) {
        if (caller == null) {
            return NullValue.NULL_VALUE;
        }
        var custom = new HashMap<String, Object>();
        caller.custom().forEach((claim, value) -> custom.put(claim, value(value)));
        var auth = new HashMap<String, Object>();
        auth.put("id", caller.id());
        if (caller.role() != null) {
            auth.put("role", caller.role());
        }
        auth.put("custom", custom);
        return auth;
    }

    /** As JSON. */
    public static String text(Dynamic json) {
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
                            .map(RandomCalls::text)
                            .collect(Collectors.joining(",", "[", "]"));
            case Dynamic.Fields(Map<String, Dynamic> fields) ->
                    fields.entrySet().stream()
                            .map(entry -> '"' + entry.getKey() + "\":" + text(entry.getValue()))
                            .collect(Collectors.joining(",", "{", "}"));
        };
    }
}
