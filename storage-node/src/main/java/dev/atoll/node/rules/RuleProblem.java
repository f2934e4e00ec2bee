package dev.atoll.node.rules;

/**
 * Why an expression was refused. Immutable.
 *
 * @param line from 1
 * @param column from 1, in code points
 * @param reason what was found, and what was expected
 * @param limit whether it is only too large
 */
public record RuleProblem(int line, int column, String reason, boolean limit) {
    @Override
    public String toString() {
        return line + ":" + column + ": " + reason;
    }
}
