package dev.atoll.node.sqlite;

import dev.atoll.node.sqlite.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A table as the text in {@code sqlite_schema} declares it: to see what it has, and whether that is
 * what it should have. Immutable.
 *
 * @param columns in their order
 * @param constraints of the table as a whole, as words with single spaces between them
 * @param options what follows the parentheses: {@code STRICT}
 */
public record StoredTable(List<Column> columns, List<String> constraints, String options) {
    private static final Set<String> CONSTRAINTS =
            Set.of("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN");

    public StoredTable {
        columns = List.copyOf(columns);
        constraints = List.copyOf(constraints);
    }

    /**
     * A column.
     *
     * @param name without quotes
     * @param definition what follows the name, as words with single spaces between them
     */
    public record Column(String name, String definition) {
        /**
         * Whether the words stand in the definition. A text in quotes may be taken for words: to be
         * asked only where that does no harm.
         */
        public boolean says(String words) {
            return (" " + definition + " ").contains(" " + words + " ");
        }
    }

    /** Of the text that SQLite keeps of a CREATE TABLE; throws if it is another. */
    public static StoredTable of(String sql) {
        var tokens = Tokenizer.tokens(sql);
        int open = 0;
        while (open < tokens.size() && tokens.get(open).kind() != Kind.LEFT_PARENTHESIS) {
            open++;
        }
        var columns = new ArrayList<Column>();
        var constraints = new ArrayList<String>();
        int depth = 1;
        int start = open + 1;
        int at = start;
        while (at < tokens.size() && depth > 0) {
            var token = tokens.get(at);
            boolean comma = depth == 1 && token.text(sql).equals(",");
            depth +=
                    token.kind() == Kind.LEFT_PARENTHESIS
                            ? 1
                            : token.kind() == Kind.RIGHT_PARENTHESIS ? -1 : 0;
            if (comma || depth == 0) {
                add(tokens.subList(start, at), sql, columns, constraints);
                start = at + 1;
            }
            at++;
        }
        if (depth > 0 || columns.isEmpty()) {
            throw new IllegalArgumentException("no CREATE TABLE: " + sql);
        }
        return new StoredTable(columns, constraints, words(tokens.subList(at, tokens.size()), sql));
    }

    private static void add(
            List<Token> part, String sql, List<Column> columns, List<String> constraints) {
        if (part.isEmpty()) {
            throw new IllegalArgumentException("no CREATE TABLE: " + sql);
        }
        var first = part.getFirst();
        if (first.kind() == Kind.WORD
                && CONSTRAINTS.contains(first.text(sql).toUpperCase(Locale.ROOT))) {
            constraints.add(words(part, sql));
        } else {
            columns.add(new Column(first.unquoted(sql), words(part.subList(1, part.size()), sql)));
        }
    }

    private static String words(List<Token> tokens, String sql) {
        return String.join(" ", tokens.stream().map(token -> token.text(sql)).toList());
    }

    /** The column of that name, as SQL compares names. */
    public Optional<Column> find(String name) {
        return columns.stream().filter(column -> column.name().equalsIgnoreCase(name)).findFirst();
    }
}
