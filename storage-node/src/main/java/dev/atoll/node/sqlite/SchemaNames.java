package dev.atoll.node.sqlite;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps statements that change a schema away from declared tables: from the tables, from what has a
 * name of theirs with a {@code $} behind it, and from what would hang on them, as triggers, indexes
 * and references do. A view may read them, under a name that is not theirs. And keeps the rest from
 * writing to what has a name of theirs with a {@code $}: an index that the triggers alone feed.
 * Immutable.
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
            checkNames(createdView(tokens, sql), sql, declared);
            return;
        }
        checkNames(tokens, sql, declared);
    }

    private static void checkNames(List<Token> tokens, String sql, Set<String> declared) {
        for (var token : tokens) {
            if (token.mayBeName() && declared.contains(table(token, sql))) {
                throw TextCheck.notAllowed(
                        "a change of what belongs to the declared table "
                                + SqliteErrors.brief(token.text(sql)),
                        "declare it in the file of the namespaces, and apply that");
            }
        }
    }

    /**
     * The name that a view is given; nothing where one is dropped: it may have been there before
     * the table was declared.
     */
    private static List<Token> createdView(List<Token> tokens, String sql) {
        if (!tokens.getFirst().is("CREATE", sql)) {
            return List.of();
        }
        boolean ifNotExists =
                tokens.size() > 4
                        && tokens.get(2).is("IF", sql)
                        && tokens.get(3).is("NOT", sql)
                        && tokens.get(4).is("EXISTS", sql);
        int name = ifNotExists ? 5 : 2;
        boolean qualified =
                tokens.size() > name + 2 && tokens.get(name + 1).kind() == Token.Kind.DOT;
        int last = qualified ? name + 2 : name;
        return last < tokens.size() ? List.of(tokens.get(last)) : List.of();
    }

    /**
     * Throws STATEMENT_NOT_ALLOWED if the statement writes to what belongs to one of the tables, in
     * lower case, without being it. It may read that.
     */
    static void checkWritten(String sql, Set<String> declared) {
        if (declared.isEmpty() || sql.indexOf(MARK) < 0) {
            return;
        }
        var tokens = StatementText.parse(sql).tokens();
        for (int i = 1; i < tokens.size(); i++) {
            var token = tokens.get(i);
            if (token.mayBeName()
                    && token.text(sql).indexOf(MARK) >= 0
                    && declared.contains(table(token, sql))
                    && isWritten(i, tokens, sql)) {
                throw TextCheck.notAllowed(
                        "a write to "
                                + SqliteErrors.brief(token.text(sql))
                                + ", which follows its declared table by itself",
                        "write to the table");
            }
        }
    }

    /** Of {@code t$search}, t. */
    private static String table(Token token, String sql) {
        var name = token.unquoted(sql).toLowerCase(Locale.ROOT);
        int mark = name.indexOf(MARK);
        return mark > 0 ? name.substring(0, mark) : name;
    }

    /** Whether what is before the name, and before its schema, says that a table comes. */
    private static boolean isWritten(int index, List<Token> tokens, String sql) {
        boolean qualified = index >= 3 && tokens.get(index - 1).kind() == Token.Kind.DOT;
        int before = qualified ? index - 3 : index - 1;
        var word = tokens.get(before);
        var first = before >= 1 ? tokens.get(before - 1) : word;
        var second = before >= 2 ? tokens.get(before - 2) : word;
        return word.is("INTO", sql)
                || word.is("UPDATE", sql)
                || (word.is("FROM", sql) && first.is("DELETE", sql))
                || (first.is("OR", sql) && second.is("UPDATE", sql));
    }
}
