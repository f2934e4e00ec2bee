package dev.atoll.node.rules;

/** Ends a translation: what was found, and where. Immutable. */
final class RuleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The whole expression. */
    static final long WHOLE = 0;

    private final long expression;
    private final boolean limit;

    private RuleException(long expression, String reason, boolean limit) {
        super(reason, null, false, false);
        this.expression = expression;
        this.limit = limit;
    }

    /** At an expression of the syntax tree. */
    static RuleException at(long expression, String reason) {
        return new RuleException(expression, reason, false);
    }

    /** The whole is too large. */
    static RuleException limit(String reason) {
        return new RuleException(WHOLE, reason, true);
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    long expression() {
        return expression;
    }

    boolean isLimit() {
        return limit;
    }
}
