package dev.atoll.node.sqlite;

/**
 * One token of an SQL text, from {@code start} to before {@code end}. Immutable.
 *
 * <p>Space and comments are no tokens here.
 */
record Token(Kind kind, int start, int end) {
    /** What SQLite's tokenizer tells apart, as far as the checks need it. */
    enum Kind {
        /** A bare word: a keyword or an identifier. */
        WORD,
        /** An identifier in double quotes, backticks or brackets. */
        QUOTED,
        STRING,
        BLOB,
        NUMBER,
        VARIABLE,
        LEFT_PARENTHESIS,
        RIGHT_PARENTHESIS,
        SEMICOLON,
        DOT,
        OPERATOR,
        /** What makes SQLite say "unrecognized token". */
        ILLEGAL
    }

    /** The characters of this token. */
    String text(String sql) {
        return sql.substring(start, end);
    }

    /** Whether this is that keyword, given in capitals. */
    boolean is(String keyword, String sql) {
        return kind == Kind.WORD
                && end - start == keyword.length()
                && sql.regionMatches(true, start, keyword, 0, keyword.length());
    }

    /** Whether SQLite may take this token for a name: it accepts even strings. */
    boolean mayBeName() {
        return kind == Kind.WORD || kind == Kind.QUOTED || kind == Kind.STRING;
    }

    /** The name or string that this token stands for, without its quotes. */
    String unquoted(String sql) {
        if (kind != Kind.QUOTED && kind != Kind.STRING) {
            return text(sql);
        }
        char quote = sql.charAt(start);
        String inner = sql.substring(start + 1, end - 1);
        return quote == '[' ? inner : inner.replace("" + quote + quote, "" + quote);
    }
}
