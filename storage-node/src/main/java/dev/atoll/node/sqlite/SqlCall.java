package dev.atoll.node.sqlite;

import java.util.List;
import java.util.Map;

/**
 * One statement and its parameters, as a caller sent them. Immutable.
 *
 * @param sql the text; not checked yet
 * @param positional values of {@code ?1}, {@code ?2}, … in order
 * @param named values of {@code :a}, {@code @a} and {@code $a}, by name without the sign
 */
public record SqlCall(String sql, List<SqlValue> positional, Map<String, SqlValue> named) {
    public SqlCall {
        positional = List.copyOf(positional);
        named = Map.copyOf(named);
    }

    /** A statement with positional parameters. */
    public static SqlCall of(String sql, SqlValue... positional) {
        return new SqlCall(sql, List.of(positional), Map.of());
    }
}
