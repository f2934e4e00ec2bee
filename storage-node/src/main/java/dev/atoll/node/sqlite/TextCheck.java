package dev.atoll.node.sqlite;

import dev.atoll.node.sqlite.Token.Kind;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The first line of defence: looks at the tokens of a statement, and refuses kinds, names, pragmas
 * and functions that are not for callers. Every refusal says what to use instead. One thread at a
 * time.
 */
final class TextCheck {
    /** The names that begin so belong to the node. */
    static final String RESERVED = "_atoll";

    private static final Set<String> READING_PRAGMAS =
            Set.of(
                    "table_info",
                    "table_xinfo",
                    "table_list",
                    "index_list",
                    "index_info",
                    "index_xinfo",
                    "foreign_key_list",
                    "foreign_key_check",
                    "quick_check",
                    "integrity_check");

    /** What they do when they are given a value, beside reading. */
    private static final Set<String> SETTABLE_PRAGMAS =
            Set.of("user_version", "defer_foreign_keys");

    static final String TRANSACTION =
            "a Mutate is one transaction: put the statements into one Mutate";

    private static final Map<String, String> FORBIDDEN =
            Map.of(
                    "BEGIN", TRANSACTION,
                    "COMMIT", TRANSACTION,
                    "END", TRANSACTION,
                    "ROLLBACK", TRANSACTION + "; one that fails is undone as a whole",
                    "SAVEPOINT", TRANSACTION,
                    "RELEASE", TRANSACTION,
                    "ATTACH", "an instance sees its own database only: call each instance",
                    "DETACH", "an instance sees its own database only: call each instance",
                    "VACUUM",
                            "use CompactInstance to make the file smaller, ExportInstance to copy"
                                    + " it");

    /** Why a function is not for callers; most reserve memory without a limit. */
    private static final Map<String, String> FORBIDDEN_FUNCTIONS =
            Map.of(
                    "load_extension", "the functions of the node are all there are",
                    "fts3_tokenizer", "use fts5 with its tokenize option",
                    "replicate", "use replace(hex(zeroblob(n)), '00', 'text')",
                    "padl", "use printf('%10s', x)",
                    "padr", "use printf('%-10s', x)",
                    "padc", "use printf('%10s', x)");

    private final String sql;
    private final List<Token> tokens;

    TextCheck(String sql, List<Token> tokens) {
        this.sql = sql;
        this.tokens = tokens;
    }

    /** What the statement is; throws STATEMENT_NOT_ALLOWED or SQL_ERROR. */
    StatementKind kind() {
        if (tokens.isEmpty() || tokens.getFirst().kind() != Kind.WORD) {
            throw syntaxError(0);
        }
        var kind = kindOfFirst();
        checkNames();
        return kind;
    }

    /** What the statement is, whatever names are in it. */
    StatementKind kindAlone() {
        return kindOfFirst();
    }

    private StatementKind kindOfFirst() {
        var keyword = tokens.getFirst().text(sql).toUpperCase(Locale.ROOT);
        var instead = FORBIDDEN.get(keyword);
        if (instead != null) {
            throw notAllowed(keyword, instead);
        }
        return switch (keyword) {
            case "SELECT", "VALUES" -> StatementKind.SELECT;
            case "INSERT", "REPLACE" -> StatementKind.INSERT;
            case "UPDATE" -> StatementKind.UPDATE;
            case "DELETE" -> StatementKind.DELETE;
            case "WITH" -> kindAfterWith();
            case "CREATE" -> kindOfCreate();
            case "DROP", "ALTER" -> StatementKind.SCHEMA;
            case "ANALYZE", "REINDEX" -> StatementKind.MAINTENANCE;
            case "PRAGMA" -> kindOfPragma();
            default -> throw syntaxError(0);
        };
    }

    /** The statement proper follows the parenthesis that closes the last common table. */
    private StatementKind kindAfterWith() {
        int depth = 0;
        boolean closed = false;
        for (var token : tokens) {
            if (depth == 0 && closed) {
                if (token.is("SELECT", sql) || token.is("VALUES", sql)) {
                    return StatementKind.SELECT;
                }
                if (token.is("INSERT", sql) || token.is("REPLACE", sql)) {
                    return StatementKind.INSERT;
                }
                if (token.is("UPDATE", sql)) {
                    return StatementKind.UPDATE;
                }
                if (token.is("DELETE", sql)) {
                    return StatementKind.DELETE;
                }
            }
            closed = token.kind() == Kind.RIGHT_PARENTHESIS;
            depth += token.kind() == Kind.LEFT_PARENTHESIS ? 1 : closed ? -1 : 0;
        }
        // Whatever SQLite makes of it: its program shows whether it writes.
        return StatementKind.SELECT;
    }

    private StatementKind kindOfCreate() {
        if (tokens.size() > 1
                && (tokens.get(1).is("TEMP", sql) || tokens.get(1).is("TEMPORARY", sql))) {
            throw notAllowed("CREATE TEMP", "use a common table (WITH …) or an ordinary table");
        }
        return StatementKind.SCHEMA;
    }

    private StatementKind kindOfPragma() {
        int name = 1;
        if (tokens.size() > 2 && tokens.get(2).kind() == Kind.DOT) {
            if (!tokens.get(1).unquoted(sql).equalsIgnoreCase("main")) {
                throw notAllowed(
                        "PRAGMA " + tokens.get(1).text(sql), "there is no schema but main");
            }
            name = 3;
        }
        if (tokens.size() <= name || !tokens.get(name).mayBeName()) {
            throw syntaxError(name);
        }
        var pragma = tokens.get(name).unquoted(sql).toLowerCase(Locale.ROOT);
        boolean given = tokens.size() > name + 1;
        if (READING_PRAGMAS.contains(pragma)) {
            return StatementKind.READING_PRAGMA;
        }
        if (SETTABLE_PRAGMAS.contains(pragma)) {
            return given ? StatementKind.WRITING_PRAGMA : StatementKind.READING_PRAGMA;
        }
        if (pragma.equals("optimize")) {
            return StatementKind.WRITING_PRAGMA;
        }
        throw notAllowed(
                "PRAGMA " + pragma,
                "the node sets what SQLite needs; callers may use those that describe tables and"
                        + " indexes, quick_check, integrity_check, optimize, user_version and"
                        + " defer_foreign_keys");
    }

    private void checkNames() {
        boolean virtualTable = tokens.size() > 1 && tokens.get(1).is("VIRTUAL", sql);
        for (int i = 0; i < tokens.size(); i++) {
            var token = tokens.get(i);
            if (!token.mayBeName()) {
                continue;
            }
            var name = token.unquoted(sql).toLowerCase(Locale.ROOT);
            // The arguments of a virtual table are names within names: content='_atoll_x'.
            if (name.startsWith(RESERVED) || (virtualTable && name.contains(RESERVED))) {
                throw reserved(token.text(sql));
            }
            if (name.startsWith("pragma_") && !isReadingPragma(name)) {
                throw notAllowed(token.text(sql), "pass such a text as a parameter if it is data");
            }
            if (i + 1 < tokens.size() && tokens.get(i + 1).kind() == Kind.LEFT_PARENTHESIS) {
                var instead = FORBIDDEN_FUNCTIONS.get(name);
                if (instead != null) {
                    throw notAllowed(name + "()", instead);
                }
            }
        }
    }

    private static boolean isReadingPragma(String function) {
        var pragma = function.substring("pragma_".length());
        return READING_PRAGMAS.contains(pragma) || pragma.equals("user_version");
    }

    /** The refusal of a name that belongs to the node. */
    static Failure reserved(String name) {
        return notAllowed(
                SqliteErrors.brief(name),
                "names that begin with "
                        + RESERVED
                        + " are the node's own: take another name, and pass such a text as a"
                        + " parameter if it is data");
    }

    static Failure notAllowed(String what, String instead) {
        return Failure.of(Reason.STATEMENT_NOT_ALLOWED, what + " is not allowed: " + instead)
                .with("statement", what);
    }

    /**
     * That the token of this index cannot stand there, as SQLite says it. We do not ask SQLite:
     * preparing a pragma may already run it.
     */
    private Failure syntaxError(int index) {
        if (index >= tokens.size()) {
            return Failure.of(Reason.SQL_ERROR, "incomplete input")
                    .with("position", SqliteErrors.position(sql, sql.length()));
        }
        var token = tokens.get(index);
        var text = SqliteErrors.brief(token.text(sql));
        return Failure.of(
                        Reason.SQL_ERROR,
                        token.kind() == Kind.ILLEGAL
                                ? "unrecognized token: \"" + text + '"'
                                : "near \"" + text + "\": syntax error")
                .with("position", SqliteErrors.position(sql, token.start()));
    }
}
