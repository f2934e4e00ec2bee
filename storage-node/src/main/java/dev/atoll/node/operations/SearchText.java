package dev.atoll.node.operations;

import dev.atoll.wire.Failure;
import java.util.ArrayList;
import java.util.List;

/**
 * What somebody typed to search for, as a full-text index takes it: words, phrases in quotes, an
 * asterisk after the beginning of a word; all of them have to be there. Whatever else the index
 * would give a meaning to is a text like any other, so nothing is ever an error. Immutable.
 */
final class SearchText {
    private static final int TERMS_MAX = 64;
    private static final int LENGTH_MAX = 4_096;
    private static final char QUOTE = '"';

    private SearchText() {}

    /** Empty if there is nothing to search for; throws LIMIT_EXCEEDED. */
    static String query(String text) {
        if (text.length() > LENGTH_MAX) {
            throw Failure.limitExceeded("search-length", LENGTH_MAX, text.length());
        }
        var terms = new ArrayList<String>();
        // A NUL would end the text inside SQLite.
        var rest = text.replace('\0', ' ');
        int at = 0;
        while (at < rest.length()) {
            at = term(rest, at, terms);
        }
        if (terms.size() > TERMS_MAX) {
            throw Failure.limitExceeded("search-terms", TERMS_MAX, terms.size());
        }
        return String.join(" ", terms);
    }

    /** Adds the term that begins there, if one does; where the next may begin. */
    private static int term(String text, int start, List<String> terms) {
        if (Character.isWhitespace(text.charAt(start))) {
            return start + 1;
        }
        boolean phrase = text.charAt(start) == QUOTE;
        int from = phrase ? start + 1 : start;
        int end = from;
        while (end < text.length() && !ends(text.charAt(end), phrase)) {
            end++;
        }
        boolean closed = phrase && end < text.length();
        int next = closed ? end + 1 : end;
        boolean prefix = false;
        if (closed) {
            prefix = next < text.length() && text.charAt(next) == '*';
            next += prefix ? 1 : 0;
        } else if (!phrase && text.charAt(end - 1) == '*') {
            prefix = true;
        }
        var words = text.substring(from, end);
        // Without a letter the index would find nothing in it, and so nothing at all.
        if (words.codePoints().anyMatch(SearchText::isOfWord)) {
            terms.add(QUOTE + words + QUOTE + (prefix ? "*" : ""));
        }
        return next;
    }

    /** As the index has it. */
    private static boolean isOfWord(int c) {
        return Character.isLetterOrDigit(c)
                || switch (Character.getType(c)) {
                    case Character.LETTER_NUMBER, Character.OTHER_NUMBER, Character.PRIVATE_USE ->
                            true;
                    default -> false;
                };
    }

    private static boolean ends(char c, boolean phrase) {
        return c == QUOTE || (!phrase && Character.isWhitespace(c));
    }
}
