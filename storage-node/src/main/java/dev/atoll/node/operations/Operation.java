package dev.atoll.node.operations;

import java.util.List;
import java.util.Map;

/** What a caller asks to be done with the rows of one table. Immutable. */
public sealed interface Operation {
    String table();

    /** One that changes nothing. */
    sealed interface Read extends Operation {}

    /**
     * One that may change rows. Where it is about one row that is there afterwards, the result has
     * its id; a Get in the same transaction has the rest.
     */
    sealed interface Write extends Operation {}

    /** One row by its id; ROW_NOT_FOUND if there is none that the caller may see. */
    record Get(String table, String id, List<String> fields) implements Read {
        public Get {
            fields = List.copyOf(fields);
        }
    }

    /**
     * A page of rows.
     *
     * @param order such as {@code n desc, title}; by id if it is empty
     */
    record ListRows(String table, Filter filter, String order, View view) implements Read {}

    /** How many rows there are. */
    record Count(String table, Filter filter) implements Read {}

    /**
     * A page of rows by full-text search, best first.
     *
     * @param text words, phrases in quotes, prefixes with an asterisk
     * @param highlight whether what was found is marked in the texts
     */
    record Search(String table, String text, Filter filter, View view, boolean highlight)
            implements Read {}

    /** Adds a row. */
    record Insert(String table, Map<String, TypedValue> fields) implements Write {
        public Insert {
            fields = Map.copyOf(fields);
        }
    }

    /** Changes a row by its id. */
    record Update(String table, String id, Patch patch) implements Write {}

    /**
     * Adds a row, or changes the one with the same value of the conflict field.
     *
     * @param conflictField a unique one; the id if it is empty
     */
    record Upsert(String table, Map<String, TypedValue> fields, String conflictField)
            implements Write {
        public Upsert {
            fields = Map.copyOf(fields);
        }
    }

    /** Removes a row by its id. */
    record Delete(String table, String id) implements Write {}

    /** Changes every row that the filter finds. */
    record UpdateWhere(String table, Filter filter, Patch patch) implements Write {}

    /** Removes every row that the filter finds. */
    record DeleteWhere(String table, Filter filter) implements Write {}
}
