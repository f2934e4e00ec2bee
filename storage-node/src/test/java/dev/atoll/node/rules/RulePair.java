package dev.atoll.node.rules;

/**
 * A rule, and what CEL's own evaluation is asked in its place. Immutable.
 *
 * @param rule what is compiled to SQL
 * @param oracle what is evaluated
 */
public record RulePair(String rule, String oracle) {
    /** One that means the same to both. */
    public static RulePair same(String text) {
        return new RulePair(text, text);
    }

    /** With each {@code #} filled in. */
    public static RulePair of(String template, RulePair... parts) {
        return new RulePair(fill(template, parts, true), fill(template, parts, false));
    }

    private static String fill(String template, RulePair[] parts, boolean rule) {
        var text = template;
        for (var part : parts) {
            int hole = text.indexOf('#');
            var filling = rule ? part.rule : part.oracle;
            // Parts have holes no more, but may have the sign in a text: there is none.
            text = text.substring(0, hole) + filling + text.substring(hole + 1);
        }
        return text;
    }
}
