package dev.atoll.cli.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cuts a text into statements where SQLite would, triggers with statements of their own included.
 *
 * <p>A statement ends at a {@code ;} outside of quotes and comments; one that begins with {@code
 * CREATE [TEMP] TRIGGER} only at {@code ; END ;}. The states are those of {@code sqlite3_complete}.
 * One thread at a time.
 */
final class StatementSplitter {
    private enum Token {
        SEMICOLON,
        OTHER,
        EXPLAIN,
        CREATE,
        TEMP,
        TRIGGER,
        END
    }

    private enum State {
        START,
        NORMAL,
        EXPLAIN,
        CREATE,
        TRIGGER,
        TRIGGER_SEMICOLON,
        TRIGGER_END;

        State after(Token token) {
            return switch (this) {
                case START ->
                        switch (token) {
                            case SEMICOLON -> START;
                            case EXPLAIN -> EXPLAIN;
                            case CREATE -> CREATE;
                            case OTHER, TEMP, TRIGGER, END -> NORMAL;
                        };
                case NORMAL -> token == Token.SEMICOLON ? START : NORMAL;
                case EXPLAIN ->
                        switch (token) {
                            case SEMICOLON -> START;
                            case OTHER -> EXPLAIN;
                            case CREATE -> CREATE;
                            case EXPLAIN, TEMP, TRIGGER, END -> NORMAL;
                        };
                case CREATE ->
                        switch (token) {
                            case SEMICOLON -> START;
                            case TEMP -> CREATE;
                            case TRIGGER -> TRIGGER;
                            case OTHER, EXPLAIN, CREATE, END -> NORMAL;
                        };
                case TRIGGER -> token == Token.SEMICOLON ? TRIGGER_SEMICOLON : TRIGGER;
                case TRIGGER_SEMICOLON ->
                        switch (token) {
                            case SEMICOLON -> TRIGGER_SEMICOLON;
                            case END -> TRIGGER_END;
                            case OTHER, EXPLAIN, CREATE, TEMP, TRIGGER -> TRIGGER;
                        };
                case TRIGGER_END -> token == Token.SEMICOLON ? START : TRIGGER;
            };
        }
    }

    private final String text;
    private final List<String> statements = new ArrayList<>();
    private State state = State.START;
    private int begin;
    private int position;
    private boolean hasTokens;
    private boolean unclosed;

    private StatementSplitter(String text) {
        this.text = text;
    }

    /**
     * The statements of a text, the last one with or without its {@code ;}; comments alone are
     * none.
     */
    static List<String> split(String text) {
        var splitter = new StatementSplitter(text);
        splitter.run();
        splitter.cut();
        return List.copyOf(splitter.statements);
    }

    /** Whether the text ends where a statement ends, so that nothing more needs to be typed. */
    static boolean isComplete(String text) {
        var splitter = new StatementSplitter(text);
        splitter.run();
        return !splitter.hasTokens && !splitter.unclosed;
    }

    private void run() {
        while (position < text.length()) {
            char c = text.charAt(position);
            if (Character.isWhitespace(c)) {
                position++;
            } else if (text.startsWith("--", position)) {
                skipPast("\n", true);
            } else if (text.startsWith("/*", position)) {
                position += 2;
                skipPast("*/", false);
            } else {
                accept(token(c));
            }
        }
    }

    private void accept(Token token) {
        hasTokens |= token != Token.SEMICOLON;
        state = state.after(token);
        if (state == State.START) {
            cut();
        }
    }

    private void cut() {
        if (hasTokens) {
            statements.add(text.substring(begin, position).strip());
        }
        begin = position;
        hasTokens = false;
    }

    private Token token(char c) {
        switch (c) {
            case ';' -> {
                position++;
                return Token.SEMICOLON;
            }
            case '\'', '"', '`' -> skipQuoted(c);
            case '[' -> skipQuoted(']');
            default -> {
                if (isWordCharacter(c)) {
                    return word();
                }
                position++;
            }
        }
        return Token.OTHER;
    }

    private Token word() {
        int from = position;
        while (position < text.length() && isWordCharacter(text.charAt(position))) {
            position++;
        }
        return switch (text.substring(from, position).toUpperCase(Locale.ROOT)) {
            case "EXPLAIN" -> Token.EXPLAIN;
            case "CREATE" -> Token.CREATE;
            case "TEMP", "TEMPORARY" -> Token.TEMP;
            case "TRIGGER" -> Token.TRIGGER;
            case "END" -> Token.END;
            default -> Token.OTHER;
        };
    }

    /** A doubled quote ends one text and begins the next: the same to us. */
    private void skipQuoted(char close) {
        position++;
        skipPast(String.valueOf(close), false);
    }

    private void skipPast(String end, boolean endOfTextWillDo) {
        int found = text.indexOf(end, position);
        unclosed |= found < 0 && !endOfTextWillDo;
        position = found < 0 ? text.length() : found + end.length();
    }

    private static boolean isWordCharacter(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c >= 0x80;
    }
}
