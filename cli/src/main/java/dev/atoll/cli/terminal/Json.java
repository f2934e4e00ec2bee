package dev.atoll.cli.terminal;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON (RFC 8259) on one line.
 *
 * <p>Integers are written in full; infinities, which JSON has not, as the texts {@code "Infinity"}
 * and {@code "-Infinity"}; bytes as {@code {"blob": base64}}. Immutable.
 */
public final class Json {
    private Json() {}

    /** The JSON of null, a Boolean, Number, text, bytes, List or Map with text keys. */
    public static String of(@Nullable Object value) {
        var json = new StringBuilder();
        write(value, json);
        return json.toString();
    }

    private static void write(@Nullable Object value, StringBuilder json) {
        switch (value) {
            case null -> json.append("null");
            case Boolean truth -> json.append(truth);
            case Double real when real.isInfinite() || real.isNaN() -> writeText(real + "", json);
            case Number number -> json.append(number);
            case byte[] bytes ->
                    write(Map.of("blob", Base64.getEncoder().encodeToString(bytes)), json);
            case List<?> list -> writeList(list, json);
            case Map<?, ?> map -> writeMap(map, json);
            default -> writeText(value.toString(), json);
        }
    }

    private static void writeList(List<?> list, StringBuilder json) {
        json.append('[');
        var separator = "";
        for (var element : list) {
            json.append(separator);
            write(element, json);
            separator = ", ";
        }
        json.append(']');
    }

    private static void writeMap(Map<?, ?> map, StringBuilder json) {
        json.append('{');
        var separator = "";
        for (var entry : map.entrySet()) {
            json.append(separator);
            writeText(String.valueOf(entry.getKey()), json);
            json.append(": ");
            write(entry.getValue(), json);
            separator = ", ";
        }
        json.append('}');
    }

    private static void writeText(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < ' ' || (Character.isSurrogate(c) && isLone(text, i))) {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }

    private static boolean isLone(String text, int index) {
        char c = text.charAt(index);
        return Character.isHighSurrogate(c)
                ? index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1))
                : index == 0 || !Character.isHighSurrogate(text.charAt(index - 1));
    }
}
