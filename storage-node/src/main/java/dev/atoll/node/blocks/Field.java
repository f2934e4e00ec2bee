package dev.atoll.node.blocks;

import dev.atoll.node.rules.FieldType;
import dev.atoll.node.sqlite.SqlValue;
import java.util.List;
import java.util.Optional;

/**
 * A declared field. Immutable.
 *
 * @param name in rules and in SQL
 * @param type its type
 * @param presence where its value comes from
 * @param range what its value may be
 * @param key how rows are found by it
 */
public record Field(String name, FieldType type, Presence presence, Range range, Key key) {
    /**
     * Where its value comes from.
     *
     * @param required never NULL
     * @param initial the value of a new row that has none
     * @param computed an SQL expression over other fields
     */
    public record Presence(
            boolean required, Optional<SqlValue> initial, Optional<String> computed) {}

    /**
     * What its value may be.
     *
     * @param min the least; of a text, the fewest characters
     * @param max the greatest; of a text, the most characters
     * @param pattern that is found in it, in RE2's syntax
     * @param words all that it may be; empty for anything
     */
    public record Range(
            Optional<SqlValue> min,
            Optional<SqlValue> max,
            Optional<String> pattern,
            List<String> words) {
        /** Anything of the type. */
        public static final Range ANY =
                new Range(Optional.empty(), Optional.empty(), Optional.empty(), List.of());

        public Range {
            words = List.copyOf(words);
        }
    }

    /**
     * How rows are found by it.
     *
     * @param unique no two rows have the same value
     * @param index it has an index
     * @param reference whose value it has
     */
    public record Key(boolean unique, boolean index, Optional<Reference> reference) {}

    /**
     * A field of a table of the same block.
     *
     * @param table its name
     * @param field the name of its field
     * @param onDelete what happens to the row when the one that it references is deleted
     */
    public record Reference(String table, String field, OnDelete onDelete) {}

    /** What happens to a row when the one that it references is deleted. */
    public enum OnDelete {
        RESTRICT,
        CASCADE,
        SET_NULL
    }

    /** Whether its value is computed of others, and never written. */
    public boolean isComputed() {
        return presence.computed().isPresent();
    }

    /** One that every table has by itself. */
    static Field automatic(String name, FieldType type) {
        return new Field(
                name,
                type,
                new Presence(true, Optional.empty(), Optional.empty()),
                Range.ANY,
                new Key(name.equals("id"), false, Optional.empty()));
    }
}
