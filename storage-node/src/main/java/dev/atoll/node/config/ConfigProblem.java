package dev.atoll.node.config;

/**
 * What is wrong with a file. Immutable.
 *
 * @param line from 1
 * @param column from 1, in characters
 * @param text what was found, and what was expected
 */
public record ConfigProblem(int line, int column, String text) {
    @Override
    public String toString() {
        return line + ":" + column + ": " + text;
    }
}
