package dev.atoll.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One SQL statement with its parameters. Immutable.
 *
 * <p>A parameter is {@code null}, a {@code Boolean} (0 or 1), {@code Byte}, {@code Short}, {@code
 * Integer}, {@code Long}, {@code Float}, {@code Double}, {@code String}, {@code byte[]}, an {@code
 * Instant} (an integer of microseconds since 1970 UTC), a {@link Json} (its text) or an enum (its
 * name). Anything else is refused here, with an IllegalArgumentException that names it: convert it
 * yourself, so that it is plain what is stored.
 */
public final class Sql {
    private final String text;
    private final List<@Nullable Object> positional;
    private final Map<String, @Nullable Object> named;

    private Sql(
            String text, List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
        this.text = text;
        this.positional = positional;
        this.named = named;
    }

    /** A statement whose {@code ?} and {@code ?N} are these values, in order. */
    public static Sql of(String text, @Nullable Object... parameters) {
        // A lone null in a call with variable arguments arrives as no array at all.
        @Nullable Object[] values = parameters == null ? new @Nullable Object[1] : parameters;
        var positional = new ArrayList<@Nullable Object>(values.length);
        for (int i = 0; i < values.length; i++) {
            positional.add(Values.checked(values[i], "parameter ?" + (i + 1)));
        }
        return new Sql(
                Values.checkedText(text, "statement"),
                Collections.unmodifiableList(positional),
                Map.of());
    }

    /** A statement whose {@code :name}, {@code @name} and {@code $name} are these values. */
    public static Sql of(String text, Map<String, ? extends @Nullable Object> parameters) {
        var sql = of(text);
        for (var parameter : parameters.entrySet()) {
            sql = sql.bind(parameter.getKey(), parameter.getValue());
        }
        return sql;
    }

    /**
     * The same statement with one more named parameter.
     *
     * @param name without its sign
     */
    public Sql bind(String name, @Nullable Object value) {
        if (name.isEmpty() || ":@$".indexOf(name.charAt(0)) >= 0) {
            throw new IllegalArgumentException(
                    "parameter name: '" + name + "' (expected: a name without its sign)");
        }
        var more = new TreeMap<String, @Nullable Object>(named);
        more.put(name, Values.checked(value, "parameter " + name));
        return new Sql(text, positional, Collections.unmodifiableMap(more));
    }

    /** The statement as it was given. */
    public String text() {
        return text;
    }

    List<@Nullable Object> positional() {
        return positional;
    }

    Map<String, @Nullable Object> named() {
        return named;
    }

    /** The statement; never the values, which may be private. */
    @Override
    public String toString() {
        return text
                + " ["
                + (positional.size() + named.size())
                + " parameters"
                + (named.isEmpty() ? "" : ": " + Arrays.toString(named.keySet().toArray()))
                + "]";
    }
}
