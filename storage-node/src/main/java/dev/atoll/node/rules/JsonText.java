package dev.atoll.node.rules;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON document as RFC 8259 has it, in which no object has a name twice: parsers do not
 * agree on which of the two counts. One thread at a time.
 */
final class JsonText {
    private static final int LEVELS_MAX = 255;

    /** Of a path, and of a name: they may be as long as the document. */
    private static final int SHOWN_MAX = 32;

    /** How the reader says where it is. */
    private static final Pattern PLACE =
            Pattern.compile(" at line (\\d+) column (\\d+) path (.*)", Pattern.DOTALL);

    private final JsonReader reader;

    private JsonText(JsonReader reader) {
        this.reader = reader;
    }

    /** The value; throws {@link IllegalArgumentException}, which says where what is wrong. */
    static Dynamic read(String json) {
        var reader = new JsonReader(new StringReader(json));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(LEVELS_MAX);
        return new JsonText(reader).document();
    }

    private Dynamic document() {
        try {
            var value = value();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw problem("more than one value (expected: one)", null);
            }
            return value;
        } catch (EOFException e) {
            throw problem("it ends too early (expected: a whole document)", e);
        } catch (IOException | IllegalStateException e) {
            boolean deep = String.valueOf(e.getMessage()).startsWith("Nesting limit");
            throw problem(
                    deep
                            ? "more than " + LEVELS_MAX + " levels (expected: fewer)"
                            : "not JSON (expected: a document as RFC 8259 has it)",
                    e);
        }
    }

    private Dynamic value() throws IOException {
        return switch (reader.peek()) {
            case BEGIN_ARRAY -> {
                var items = new ArrayList<Dynamic>();
                reader.beginArray();
                while (reader.hasNext()) {
                    items.add(value());
                }
                reader.endArray();
                yield new Dynamic.Items(items);
            }
            case BEGIN_OBJECT -> {
                var fields = new HashMap<String, Dynamic>();
                reader.beginObject();
                while (reader.hasNext()) {
                    var name = reader.nextName();
                    if (fields.putIfAbsent(name, Dynamic.NULL) != null) {
                        throw problem("'" + shown(name) + "' twice (expected: once)", null);
                    }
                    fields.put(name, value());
                }
                reader.endObject();
                yield new Dynamic.Fields(fields);
            }
            case STRING -> new Dynamic.Text(reader.nextString());
            case NUMBER -> number(reader.nextString());
            case BOOLEAN -> new Dynamic.Bool(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield Dynamic.NULL;
            }
            case NAME, END_ARRAY, END_OBJECT, END_DOCUMENT ->
                    throw new IllegalStateException("a value: " + reader.peek());
        };
    }

    private static Dynamic number(String text) {
        if (text.matches("-?\\d{1,19}")) {
            var number = new BigInteger(text);
            if (number.bitLength() < Long.SIZE) {
                return new Dynamic.Int(number.longValue());
            }
        }
        return new Dynamic.Real(Double.parseDouble(text));
    }

    /** With the place that the reader is at. */
    private IllegalArgumentException problem(String text, @Nullable Exception cause) {
        var place = PLACE.matcher(reader.toString());
        var where =
                place.find()
                        ? "line "
                                + place.group(1)
                                + ", column "
                                + place.group(2)
                                + ", in "
                                + shown(place.group(3))
                                + ": "
                        : "";
        return new IllegalArgumentException("json: " + where + text, cause);
    }

    private static String shown(String text) {
        return text.codePointCount(0, text.length()) <= SHOWN_MAX
                ? text
                : text.substring(0, text.offsetByCodePoints(0, SHOWN_MAX)) + "…";
    }
}
