package dev.atoll.node.rules;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value whose type is known only when it is there: a claim, or JSON. Immutable. */
public sealed interface Dynamic {
    /** JSON's null. */
    Dynamic NULL = new Null();

    /** JSON's null; use {@link #NULL}. */
    record Null() implements Dynamic {}

    /** True or false. */
    record Bool(boolean value) implements Dynamic {}

    /** A number without fraction and exponent that fits. */
    record Int(long value) implements Dynamic {}

    /** Any other number. */
    record Real(double value) implements Dynamic {}

    /** Text. */
    record Text(String value) implements Dynamic {}

    /** A list. */
    record Items(List<Dynamic> values) implements Dynamic {
        public Items {
            values = List.copyOf(values);
        }
    }

    /** An object. */
    record Fields(Map<String, Dynamic> values) implements Dynamic {
        public Fields {
            values = Map.copyOf(values);
        }
    }

    /**
     * Of what JSON parsers give: null, booleans, numbers, texts, lists and maps of them by text.
     * Throws {@link IllegalArgumentException} for anything else.
     */
    static Dynamic of(@Nullable Object value) {
        return switch (value) {
            case null -> NULL;
            case Dynamic dynamic -> dynamic;
            case Boolean bool -> new Bool(bool);
            case Long number -> new Int(number);
            case Integer number -> new Int(number);
            case Short number -> new Int(number);
            case BigInteger number when number.bitLength() < Long.SIZE ->
                    new Int(number.longValue());
            case Double number -> new Real(number);
            case Float number -> new Real(number);
            case BigDecimal number -> new Real(number.doubleValue());
            case BigInteger number -> new Real(number.doubleValue());
            case String text -> new Text(text);
            case List<?> list -> new Items(list.stream().map(Dynamic::of).toList());
            case Map<?, ?> map -> {
                var fields = new HashMap<String, Dynamic>();
                map.forEach((name, field) -> fields.put(String.valueOf(name), of(field)));
                yield new Fields(fields);
            }
            default ->
                    throw new IllegalArgumentException(
                            "a value: " + value.getClass().getName() + " (expected: JSON's types)");
        };
    }

    /** Of one JSON document; throws {@link IllegalArgumentException} if the text is none. */
    static Dynamic ofJson(String json) {
        return JsonText.read(json);
    }
}
