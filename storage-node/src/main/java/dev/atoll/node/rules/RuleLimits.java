package dev.atoll.node.rules;

/**
 * How large an expression may be. Immutable.
 *
 * @param codePointsMax of its text
 * @param nodesMax of its syntax tree
 * @param subqueriesMax of {@code exists} and {@code all} in it
 */
public record RuleLimits(int codePointsMax, int nodesMax, int subqueriesMax) {
    /** For rules. */
    public static final RuleLimits RULE = new RuleLimits(4_096, 2_000, 8);

    /** For filters: lists of a thousand ids are usual. */
    public static final RuleLimits FILTER = new RuleLimits(65_536, 5_000, 0);

    /** Levels of nesting: the parser counts, and a sum of as many terms is as many levels. */
    static final int DEPTH_MAX = 32;

    /** Values of a list that comes as a claim or an argument. */
    public static final int LIST_MAX = 10_000;

    /**
     * Characters of the SQL, which can be far longer than the text: a condition is written out
     * twice where it chooses between two others.
     */
    static final int SQL_CHARACTERS_MAX = 65_536;

    /**
     * Parameters of the SQL. SQLite takes 32,766 in a statement, and one statement has up to two
     * rules, a filter and what a page of a list adds.
     */
    static final int SQL_PARAMETERS_MAX = 8_000;

    /** Bytes of a text that an expression puts together. */
    static final int JOINED_BYTES_MAX = 65_536;
}
