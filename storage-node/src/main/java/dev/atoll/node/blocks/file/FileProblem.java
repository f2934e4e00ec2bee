package dev.atoll.node.blocks.file;

/**
 * What is wrong with a file, or deserves a look. Immutable.
 *
 * @param line from 1; {@link Integer#MAX_VALUE} for what is about the whole file, and comes last
 * @param column from 1, in characters
 * @param text what was found, and what was expected
 */
public record FileProblem(int line, int column, String text) implements Comparable<FileProblem> {
    @Override
    public int compareTo(FileProblem other) {
        return line != other.line
                ? Integer.compare(line, other.line)
                : Integer.compare(column, other.column);
    }

    @Override
    public String toString() {
        return line == Integer.MAX_VALUE ? text : line + ":" + column + ": " + text;
    }
}
