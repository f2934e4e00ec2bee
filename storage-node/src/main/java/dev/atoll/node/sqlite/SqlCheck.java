package dev.atoll.node.sqlite;

import dev.atoll.node.sqlite.Token.Kind;
import dev.atoll.wire.Failure;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Looks at SQL that somebody else declared, before it becomes part of a schema: whether it is one
 * statement of a kind that may be, or one expression that cannot reach beyond its parentheses.
 * Whether SQLite understands it is another question: {@link ScratchDatabase}. Immutable.
 */
public final class SqlCheck {
    private SqlCheck() {}

    /** What is wrong with one statement of a migration. */
    public static Optional<String> statement(String sql) {
        try {
            var text = StatementText.parse(sql);
            if (text.explain() || text.kind().isPragma()) {
                return Optional.of(
                        (text.explain() ? "EXPLAIN" : "PRAGMA")
                                + " (expected: a statement that changes data or tables)");
            }
            if (text.illegal()) {
                return Optional.of("a character that SQL does not have");
            }
            return text.tokens().stream().anyMatch(token -> token.kind() == Kind.VARIABLE)
                    ? Optional.of("a parameter (expected: the value itself)")
                    : Optional.empty();
        } catch (Failure e) {
            // What a caller of a Mutate is told does not help here.
            return Optional.of(
                    String.valueOf(e.getMessage())
                            .replace(
                                    TextCheck.TRANSACTION,
                                    "a migration is one transaction by itself"));
        }
    }

    /**
     * What is wrong with an expression that is to stand in parentheses: nothing in it may end them,
     * nor hide what comes after them.
     */
    public static Optional<String> expression(String sql) {
        if (sql.indexOf('\0') >= 0) {
            return Optional.of("a NUL character (expected: none)");
        }
        var tokens = Tokenizer.tokens(sql);
        if (tokens.isEmpty()) {
            return Optional.of("no SQL but spaces and comments (expected: an expression)");
        }
        int depth = 0;
        for (var token : tokens) {
            var problem = problem(token, sql);
            if (problem.isPresent()) {
                return problem;
            }
            depth +=
                    token.kind() == Kind.LEFT_PARENTHESIS
                            ? 1
                            : token.kind() == Kind.RIGHT_PARENTHESIS ? -1 : 0;
            if (depth < 0) {
                return Optional.of("a ')' without its '('");
            }
        }
        if (depth > 0) {
            return Optional.of("a '(' without its ')'");
        }
        return hasComment(tokens, sql)
                ? Optional.of("a comment (expected: none: it could hide what comes after)")
                : Optional.empty();
    }

    private static Optional<String> problem(Token token, String sql) {
        return switch (token.kind()) {
            case SEMICOLON -> Optional.of("a ';' (expected: one expression)");
            case VARIABLE -> Optional.of("a parameter (expected: the value itself)");
            case ILLEGAL -> Optional.of("'" + token.text(sql) + "' is nothing to SQL");
            case WORD, QUOTED, STRING ->
                    token.unquoted(sql).toLowerCase(Locale.ROOT).startsWith(TextCheck.RESERVED)
                            ? Optional.of(
                                    "names that begin with "
                                            + TextCheck.RESERVED
                                            + " are the node's")
                            : Optional.empty();
            case BLOB, NUMBER, LEFT_PARENTHESIS, RIGHT_PARENTHESIS, DOT, OPERATOR ->
                    Optional.empty();
        };
    }

    /** Between tokens there are spaces and comments only. */
    private static boolean hasComment(List<Token> tokens, String sql) {
        int end = 0;
        for (var token : tokens) {
            if (!sql.substring(end, token.start()).isBlank()) {
                return true;
            }
            end = token.end();
        }
        return !sql.substring(end).isBlank();
    }
}
