package dev.atoll.node.blocks.file;

import dev.atoll.node.rules.RuleProblem;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Where a part of a file begins. Immutable.
 *
 * @param line from 0
 * @param column from 0, in characters
 */
record Place(int line, int column) {
    private static final Pattern LINE_BREAK = Pattern.compile("\r\n|[\n\r\u0085\u2028\u2029]");

    static Place of(Node node) {
        return of(node.getStartMark());
    }

    static Place of(Mark mark) {
        return new Place(mark.getLine(), mark.getColumn());
    }

    /** Of the character of that number, in code points. */
    static Place at(String text, int position) {
        int end =
                text.offsetByCodePoints(
                        0, Math.min(position, text.codePointCount(0, text.length())));
        var lines = lines(text.substring(0, end));
        var last = lines[lines.length - 1];
        return new Place(lines.length - 1, last.codePointCount(0, last.length()));
    }

    FileProblem problem(String text) {
        return new FileProblem(line + 1, column + 1, text);
    }

    /** The lines as YAML counts them. */
    static String[] lines(String text) {
        return LINE_BREAK.split(text, -1);
    }

    /** Where in the file a place of a text is, if the text stands there character by character. */
    static FileProblem inText(Item.Scalar scalar, RuleProblem problem, String[] lines) {
        var place = scalar.place();
        var first = place.line < lines.length ? lines[place.line] : "";
        int start =
                first.offsetByCodePoints(
                        0, Math.min(place.column, first.codePointCount(0, first.length())));
        var quote = start < first.length() ? first.charAt(start) : ' ';
        if (quote == '|') {
            int line = place.line + problem.line();
            if (line < lines.length) {
                var indent =
                        Arrays.stream(lines)
                                .skip(place.line + 1L)
                                .filter(next -> !next.isBlank())
                                .findFirst()
                                .orElse("");
                int spaces = indent.length() - indent.stripLeading().length();
                return new FileProblem(line + 1, spaces + problem.column(), problem.reason());
            }
        }
        int shift = scalar.quoted() ? 1 : 0;
        if (problem.line() == 1 && first.startsWith(scalar.text(), start + shift)) {
            return new FileProblem(
                    place.line + 1, place.column + shift + problem.column(), problem.reason());
        }
        return place.problem(
                problem.reason()
                        + " (at "
                        + problem.line()
                        + ":"
                        + problem.column()
                        + " of the rule)");
    }

    /** Whether YAML has the scalar in quotes, or as a block. */
    static boolean isQuoted(ScalarNode node) {
        return !node.isPlain();
    }
}
