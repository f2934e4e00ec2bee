package dev.atoll.cli.sql;

import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.impl.DefaultParser;

/** Lets a statement go on over lines until its {@code ;}. One thread at a time. */
final class StatementParser implements Parser {
    /** For completion only: the words around the cursor, with nothing quoted or escaped. */
    private final DefaultParser words = new DefaultParser().quoteChars(null).escapeChars(null);

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
        if (context == ParseContext.ACCEPT_LINE
                && !line.startsWith(".")
                && !StatementSplitter.isComplete(line)) {
            throw new EOFError(-1, -1, "a statement ends with ;", "…");
        }
        return words.parse(line, cursor, context);
    }
}
