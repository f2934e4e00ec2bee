package dev.atoll.client;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A JSON document: the value of a {@code json} field, or an argument of a filter. Compared as text.
 * Immutable.
 *
 * @param text of the document; whether it is one is for the server to say
 */
public record Json(String text) {
    public Json {
        text = Values.checkedText(text, "json");
    }

    /**
     * An array, for a filter such as {@code row.kind in args.kinds}. Its values are null, booleans,
     * whole numbers, finite reals, texts and other documents; anything else is an
     * IllegalArgumentException.
     */
    public static Json array(Collection<? extends @Nullable Object> values) {
        return new Json(
                values.stream().map(Json::written).collect(Collectors.joining(", ", "[", "]")));
    }

    /** The document. */
    @Override
    public String toString() {
        return text;
    }

    private static String written(@Nullable Object value) {
        return switch (Values.checked(value, "value of an array")) {
            case null -> "null";
            case Boolean b -> b.toString();
            case Long n -> n.toString();
            case Double n when Double.isFinite(n) -> n.toString();
            case String plain -> quoted(plain);
            case Json document -> document.text;
            case Object other ->
                    throw new IllegalArgumentException(
                            "value of an array: "
                                    + Values.kind(other)
                                    + " (expected: null, a boolean, a finite number, a text or a"
                                    + " document)");
        };
    }

    private static String quoted(String plain) {
        var text = new StringBuilder("\"");
        plain.chars()
                .forEach(
                        c -> {
                            if (c == '"' || c == '\\') {
                                text.append('\\').append((char) c);
                            } else if (c < ' ') {
                                text.append(String.format(Locale.ROOT, "\\u%04x", c));
                            } else {
                                text.append((char) c);
                            }
                        });
        return text.append('"').toString();
    }
}
