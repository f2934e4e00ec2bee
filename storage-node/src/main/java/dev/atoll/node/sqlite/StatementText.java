package dev.atoll.node.sqlite;

import dev.atoll.node.sqlite.Token.Kind;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.List;

/**
 * The one statement that a text holds: its tokens, what it is, and whether it is only to be
 * explained. Immutable.
 *
 * @param tokens of the statement, without EXPLAIN in front and semicolons around it
 */
record StatementText(String sql, List<Token> tokens, StatementKind kind, boolean explain) {
    /**
     * Finds and checks the statement: throws EMPTY_STATEMENT, MULTIPLE_STATEMENTS,
     * STATEMENT_NOT_ALLOWED, or SQL_ERROR where it is not SQL at all.
     */
    static StatementText parse(String sql) {
        checkCharacters(sql);
        var tokens = Tokenizer.tokens(sql);
        int first = 0;
        while (first < tokens.size() && tokens.get(first).kind() == Kind.SEMICOLON) {
            first++;
        }
        if (first == tokens.size()) {
            throw Failure.of(
                    Reason.EMPTY_STATEMENT,
                    "statement: no SQL but spaces and comments (expected: one statement)");
        }
        int start = first;
        if (tokens.get(start).is("EXPLAIN", sql)) {
            start += isQueryPlan(sql, tokens, start) ? 3 : 1;
        }
        int end = end(sql, tokens, start);
        for (var token : tokens.subList(end, tokens.size())) {
            if (token.kind() != Kind.SEMICOLON) {
                throw Failure.of(
                                Reason.MULTIPLE_STATEMENTS,
                                "statement: more than one (expected: one; a call takes a list of"
                                        + " operations)")
                        .with("position", SqliteErrors.position(sql, token.start()));
            }
        }
        var body = List.copyOf(tokens.subList(Math.min(start, end), end));
        var kind = new TextCheck(sql, body).kind();
        return new StatementText(sql, body, kind, start > first);
    }

    /** A statement of the node's own, which is one and in order. */
    static StatementText ofNode(String sql) {
        var tokens = List.copyOf(Tokenizer.tokens(sql));
        var kind =
                tokens.getFirst().is("PRAGMA", sql)
                        ? StatementKind.WRITING_PRAGMA
                        : new TextCheck(sql, tokens).kindAlone();
        return new StatementText(sql, tokens, kind, false);
    }

    /** Half a pair would reach SQLite as a question mark, which is a parameter. */
    private static void checkCharacters(String sql) {
        if (sql.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw Failure.of(Reason.SQL_ERROR, "statement: half a surrogate pair in it");
        }
        int nul = sql.indexOf('\0');
        if (nul >= 0) {
            // SQLite would run what is before it, and drop the rest without a word.
            throw Failure.of(
                            Reason.SQL_ERROR,
                            "statement: a NUL character in it (expected: none; a value may hold one,"
                                    + " as a parameter)")
                    .with("position", SqliteErrors.position(sql, nul));
        }
    }

    /** The statement alone, without EXPLAIN. */
    String body() {
        return tokens.isEmpty() ? "" : sql.substring(tokens.getFirst().start(), lastEnd());
    }

    /** Whether SQLite must refuse it for a token it does not know. */
    boolean illegal() {
        return tokens.stream().anyMatch(token -> token.kind() == Kind.ILLEGAL);
    }

    private int lastEnd() {
        return tokens.getLast().end();
    }

    private static boolean isQueryPlan(String sql, List<Token> tokens, int explain) {
        return tokens.size() > explain + 2
                && tokens.get(explain + 1).is("QUERY", sql)
                && tokens.get(explain + 2).is("PLAN", sql);
    }

    /** The index of the semicolon that ends the statement, or of the end of the text. */
    private static int end(String sql, List<Token> tokens, int start) {
        boolean inTrigger = isTrigger(sql, tokens, start);
        for (int i = start; i < tokens.size(); i++) {
            if (tokens.get(i).kind() == Kind.SEMICOLON) {
                if (!inTrigger) {
                    return i;
                }
                // A trigger's body is a list of statements, each with its semicolon, then END.
                inTrigger = i + 1 >= tokens.size() || !tokens.get(i + 1).is("END", sql);
            }
        }
        return tokens.size();
    }

    private static boolean isTrigger(String sql, List<Token> tokens, int start) {
        int i = start;
        if (i >= tokens.size() || !tokens.get(i++).is("CREATE", sql)) {
            return false;
        }
        if (i < tokens.size()
                && (tokens.get(i).is("TEMP", sql) || tokens.get(i).is("TEMPORARY", sql))) {
            i++;
        }
        return i < tokens.size() && tokens.get(i).is("TRIGGER", sql);
    }
}
