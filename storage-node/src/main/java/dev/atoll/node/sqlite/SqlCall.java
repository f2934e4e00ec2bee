package dev.atoll.node.sqlite;

import java.util.List;
import java.util.Map;

/**
 * One statement and its parameters. Immutable.
 *
 * @param author whose statement it is
 * @param sql the text; not checked yet
 * @param positional values of {@code ?1}, {@code ?2}, … in order
 * @param named values of {@code :a}, {@code @a} and {@code $a}, by name without the sign
 */
public record SqlCall(
        Author author, String sql, List<SqlValue> positional, Map<String, SqlValue> named) {
    /** Whose statement it is. */
    public enum Author {
        /** Somebody sent it: it goes through all checks. */
        CALLER,
        /**
         * The node made it of declared names and parameters: it may call the node's functions, and
         * its program is not looked at. Nothing that a caller says may be in its text. One that
         * changes tables is for {@link SchemaChange} and for the first transaction of an instance.
         */
        NODE
    }

    public SqlCall {
        positional = List.copyOf(positional);
        named = Map.copyOf(named);
    }

    /** A statement as a caller sent it. */
    public SqlCall(String sql, List<SqlValue> positional, Map<String, SqlValue> named) {
        this(Author.CALLER, sql, positional, named);
    }

    /** A statement that the node made. */
    public static SqlCall ofNode(String sql, List<SqlValue> positional) {
        return new SqlCall(Author.NODE, sql, positional, Map.of());
    }

    /** A statement with positional parameters. */
    public static SqlCall of(String sql, SqlValue... positional) {
        return new SqlCall(sql, List.of(positional), Map.of());
    }
}
