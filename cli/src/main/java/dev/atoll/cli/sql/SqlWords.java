package dev.atoll.cli.sql;

import java.util.List;
import java.util.Locale;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes keywords in the case they were begun in, and names of tables. One thread at a time. */
final class SqlWords implements Completer {
    private static final List<String> KEYWORDS =
            List.of(
                    ("ALTER TABLE,AND,AS,ASC,BETWEEN,BY,CASE,CHECK,COUNT,CREATE TABLE,CREATE INDEX,"
                                    + "CREATE TRIGGER,CREATE VIEW,CREATE VIRTUAL TABLE,CROSS JOIN,DEFAULT,"
                                    + "DELETE FROM,DESC,DISTINCT,DROP TABLE,DROP INDEX,DROP VIEW,ELSE,END,EXCEPT,"
                                    + "EXISTS,EXPLAIN QUERY PLAN,FOREIGN KEY,FROM,GROUP BY,HAVING,IN,INSERT INTO,"
                                    + "INTERSECT,INTEGER,IS NULL,IS NOT NULL,JOIN,LEFT JOIN,LIKE,LIMIT,NOT,"
                                    + "NOT NULL,NULL,OFFSET,ON,ON CONFLICT,OR,ORDER BY,PRAGMA,PRIMARY KEY,REAL,"
                                    + "REFERENCES,RETURNING,SELECT,SET,STRICT,SUM,TEXT,THEN,UNION,UNION ALL,UNIQUE,"
                                    + "UPDATE,USING,VALUES,WHEN,WHERE,WITH,WITH RECURSIVE")
                            .split(","));

    private final Schema schema;

    SqlWords(Schema schema) {
        this.schema = schema;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        var word = line.word();
        if (line.line().startsWith(".")) {
            DotCommand.names().forEach(name -> candidates.add(new Candidate(name)));
            return;
        }
        boolean lowerCase = word.equals(word.toLowerCase(Locale.ROOT)) && !word.isEmpty();
        for (var keyword : KEYWORDS) {
            candidates.add(new Candidate(lowerCase ? keyword.toLowerCase(Locale.ROOT) : keyword));
        }
        schema.tablesIfReachable().forEach(table -> candidates.add(new Candidate(table)));
    }
}
