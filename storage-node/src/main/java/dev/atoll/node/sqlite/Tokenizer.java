package dev.atoll.node.sqlite;

import dev.atoll.node.sqlite.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts an SQL text into tokens exactly as SQLite's own tokenizer ({@code sqlite3GetToken}) does, so
 * that nothing can hide from the checks behind a spelling. One thread at a time.
 *
 * <p>The rules that surprise: a NUL ends the text; a byte order mark where a token could start is
 * space; {@code /*} may stay open to the end; a vertical tab is space only after other space;
 * {@code $a::b(x)} is one variable; every character beyond ASCII is a letter.
 */
final class Tokenizer {
    /** What reading beyond the end gives, as in C. */
    private static final char END = 0;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final String sql;
    private final int length;
    private int at;

    private Tokenizer(String sql) {
        this.sql = sql;
        int nul = sql.indexOf(END);
        this.length = nul < 0 ? sql.length() : nul;
    }

    /** The tokens up to the end of the text, or to the first NUL. */
    static List<Token> tokens(String sql) {
        var tokenizer = new Tokenizer(sql);
        var tokens = new ArrayList<Token>();
        while (tokenizer.at < tokenizer.length) {
            int start = tokenizer.at;
            Kind kind = tokenizer.next();
            if (kind != null) {
                tokens.add(new Token(kind, start, tokenizer.at));
            }
        }
        return tokens;
    }

    private char peek(int ahead) {
        int i = at + ahead;
        return i < length ? sql.charAt(i) : END;
    }

    /** Moves past the next token; null where it is space or a comment. */
    private @Nullable Kind next() {
        char c = peek(0);
        return switch (c) {
            case ' ', '\t', '\n', '\f', '\r' -> space();
            case BYTE_ORDER_MARK -> {
                at++;
                yield null;
            }
            case '-' -> minus();
            case '/' -> slash();
            case '(' -> single(Kind.LEFT_PARENTHESIS);
            case ')' -> single(Kind.RIGHT_PARENTHESIS);
            case ';' -> single(Kind.SEMICOLON);
            case '+', '*', '%', ',', '&', '~' -> operator(1);
            case '=' -> operator(peek(1) == '=' ? 2 : 1);
            case '<' -> operator(peek(1) == '=' || peek(1) == '>' || peek(1) == '<' ? 2 : 1);
            case '>' -> operator(peek(1) == '=' || peek(1) == '>' ? 2 : 1);
            case '|' -> operator(peek(1) == '|' ? 2 : 1);
            case '!' -> peek(1) == '=' ? operator(2) : single(Kind.ILLEGAL);
            case '\'', '"', '`' -> quoted(c);
            case '[' -> bracketed();
            case '.' -> isDigit(peek(1)) ? number() : single(Kind.DOT);
            case '?' -> {
                at++;
                while (isDigit(peek(0))) {
                    at++;
                }
                yield Kind.VARIABLE;
            }
            case '$', '@', ':', '#' -> variable();
            case 'x', 'X' -> peek(1) == '\'' ? blob() : word();
            default -> {
                if (isDigit(c)) {
                    yield number();
                }
                yield isNameCharacter(c) ? word() : single(Kind.ILLEGAL);
            }
        };
    }

    private @Nullable Kind space() {
        while (isSpace(peek(0))) {
            at++;
        }
        return null;
    }

    private @Nullable Kind minus() {
        if (peek(1) == '-') {
            int end = sql.indexOf('\n', at);
            at = end < 0 || end > length ? length : end;
            return null;
        }
        return operator(peek(1) != '>' ? 1 : peek(2) == '>' ? 3 : 2);
    }

    private @Nullable Kind slash() {
        // At the very end, SQLite takes an opening of a comment for a slash and an asterisk.
        if (peek(1) == '*' && peek(2) != END) {
            int end = sql.indexOf("*/", at + 2);
            at = end < 0 || end + 2 > length ? length : end + 2;
            return null;
        }
        return operator(1);
    }

    private Kind single(Kind kind) {
        at++;
        return kind;
    }

    private Kind operator(int characters) {
        at += characters;
        return Kind.OPERATOR;
    }

    private Kind word() {
        do {
            at++;
        } while (isNameCharacter(peek(0)));
        return Kind.WORD;
    }

    private Kind quoted(char quote) {
        at++;
        while (at < length) {
            if (sql.charAt(at) != quote) {
                at++;
            } else if (peek(1) == quote) {
                at += 2;
            } else {
                at++;
                return quote == '\'' ? Kind.STRING : Kind.QUOTED;
            }
        }
        return Kind.ILLEGAL;
    }

    private Kind bracketed() {
        int end = sql.indexOf(']', at);
        if (end < 0 || end >= length) {
            at = length;
            return Kind.ILLEGAL;
        }
        at = end + 1;
        return Kind.QUOTED;
    }

    private Kind blob() {
        at += 2;
        int first = at;
        while (isHexDigit(peek(0))) {
            at++;
        }
        if (peek(0) == '\'' && (at - first) % 2 == 0) {
            at++;
            return Kind.BLOB;
        }
        while (at < length && sql.charAt(at) != '\'') {
            at++;
        }
        at = Math.min(at + 1, length);
        return Kind.ILLEGAL;
    }

    private Kind number() {
        boolean hexadecimal =
                peek(0) == '0' && (peek(1) == 'x' || peek(1) == 'X') && isHexDigit(peek(2));
        if (hexadecimal) {
            at += 3;
            while (isHexDigit(peek(0)) || peek(0) == '_') {
                at++;
            }
        } else {
            skipDigits();
            if (peek(0) == '.') {
                at++;
                skipDigits();
            }
            boolean signed = peek(1) == '+' || peek(1) == '-';
            if ((peek(0) == 'e' || peek(0) == 'E') && isDigit(peek(signed ? 2 : 1))) {
                at += 2;
                skipDigits();
            }
        }
        if (!isNameCharacter(peek(0))) {
            return Kind.NUMBER;
        }
        while (isNameCharacter(peek(0))) {
            at++;
        }
        return Kind.ILLEGAL;
    }

    private void skipDigits() {
        while (isDigit(peek(0)) || peek(0) == '_') {
            at++;
        }
    }

    private Kind variable() {
        at++;
        boolean named = false;
        while (at < length) {
            char c = sql.charAt(at);
            if (isNameCharacter(c)) {
                named = true;
                at++;
            } else if (c == ':' && peek(1) == ':') {
                at += 2;
            } else if (c == '(' && named) {
                return variableSuffix();
            } else {
                break;
            }
        }
        return named ? Kind.VARIABLE : Kind.ILLEGAL;
    }

    private Kind variableSuffix() {
        do {
            at++;
        } while (at < length && !isSpace(peek(0)) && peek(0) != ')');
        if (peek(0) != ')') {
            return Kind.ILLEGAL;
        }
        at++;
        return Kind.VARIABLE;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isHexDigit(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || isDigit(c)
                || c == '_'
                || c == '$'
                || c >= 0x80;
    }
}
