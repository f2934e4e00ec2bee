package dev.atoll.node.rules;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * A field of a table, as rules see it. Immutable.
 *
 * @param name what a rule calls it
 * @param type its type; SQLite holds the column to it (STRICT, and CHECKs for booleans and JSON)
 * @param nullable whether it may be NULL
 * @param column its name in SQL; the column's collation is BINARY
 */
public record RuleField(String name, FieldType type, boolean nullable, String column) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Set<String> WORDS = Set.of("in", "true", "false", "null");

    public RuleField {
        checkName("field", name);
        if (column.isEmpty()) {
            throw new IllegalArgumentException("column of " + name + ": empty");
        }
    }

    /** Whether an expression can say the name. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches() && !WORDS.contains(name);
    }

    static void checkName(String what, String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    what + ": '" + name + "' (expected: letters, digits and _, and no CEL word)");
        }
    }
}
