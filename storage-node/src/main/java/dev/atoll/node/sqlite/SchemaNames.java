package dev.atoll.node.sqlite;

import java.util.Locale;
import java.util.Set;

/**
 * Keeps statements that change a schema away from declared tables: from the tables, from what has a
 * name of theirs with a {@code $} behind it, and from what would hang on them, as triggers, indexes
 * and references do. A view may read them. Immutable.
 */
final class SchemaNames {
    private static final char MARK = '$';

    private SchemaNames() {}

    /** Throws STATEMENT_NOT_ALLOWED if the statement names one of the tables, in lower case. */
    static void check(String sql, Set<String> declared) {
        if (declared.isEmpty()) {
            return;
        }
        var tokens = StatementText.parse(sql).tokens();
        if (tokens.size() > 1 && tokens.get(1).is("VIEW", sql)) {
            return;
        }
        for (var token : tokens) {
            if (token.mayBeName()) {
                var name = token.unquoted(sql).toLowerCase(Locale.ROOT);
                int mark = name.indexOf(MARK);
                if (declared.contains(mark > 0 ? name.substring(0, mark) : name)) {
                    throw TextCheck.notAllowed(
                            "a change of what belongs to the declared table "
                                    + SqliteErrors.brief(token.text(sql)),
                            "declare it in the file of the namespaces, and apply that");
                }
            }
        }
    }
}
