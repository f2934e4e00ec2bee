package dev.atoll.node.rules;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
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
        try (var reader = new JsonReader(new StringReader(json))) {
            reader.setStrictness(Strictness.STRICT);
            var value = read(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new MalformedJsonException("more than one value");
            }
            return value;
        } catch (IOException | NumberFormatException | IllegalStateException e) {
            throw new IllegalArgumentException("json: " + e.getMessage(), e);
        }
    }

    /** The reader limits the depth. */
    private static Dynamic read(JsonReader reader) throws IOException {
        return switch (reader.peek()) {
            case BEGIN_ARRAY -> {
                var items = new ArrayList<Dynamic>();
                reader.beginArray();
                while (reader.hasNext()) {
                    items.add(read(reader));
                }
                reader.endArray();
                yield new Items(items);
            }
            case BEGIN_OBJECT -> {
                var fields = new HashMap<String, Dynamic>();
                reader.beginObject();
                while (reader.hasNext()) {
                    // The first of two equal names counts, as it does in SQLite.
                    fields.putIfAbsent(reader.nextName(), read(reader));
                }
                reader.endObject();
                yield new Fields(fields);
            }
            case STRING -> new Text(reader.nextString());
            case NUMBER -> number(reader.nextString());
            case BOOLEAN -> new Bool(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield NULL;
            }
            case NAME, END_ARRAY, END_OBJECT, END_DOCUMENT ->
                    throw new MalformedJsonException("unexpected " + reader.peek());
        };
    }

    private static Dynamic number(String text) {
        if (text.matches("-?\\d{1,19}")) {
            var number = new BigInteger(text);
            if (number.bitLength() < Long.SIZE) {
                return new Int(number.longValue());
            }
        }
        return new Real(Double.parseDouble(text));
    }
}
