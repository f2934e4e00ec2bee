package dev.atoll.node.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * A piece of SQL and what it binds, in the order of its question marks. Immutable.
 *
 * @param text whatever a rule or a caller says is in the parameters, never here
 */
record Sql(String text, List<Parameter> parameters) {
    static final Sql TRUE = new Sql("1", List.of());
    static final Sql FALSE = new Sql("0", List.of());
    static final Sql NULL = new Sql("NULL", List.of());

    private static final String HOLE = "{}";

    Sql {
        parameters = List.copyOf(parameters);
        if (text.length() > RuleLimits.SQL_CHARACTERS_MAX) {
            throw RuleException.limit(
                    "its SQL is over " + RuleLimits.SQL_CHARACTERS_MAX + " characters long");
        }
        if (parameters.size() > RuleLimits.SQL_PARAMETERS_MAX) {
            throw RuleException.limit(
                    "its SQL has over " + RuleLimits.SQL_PARAMETERS_MAX + " parameters");
        }
    }

    /** One parameter. */
    static Sql of(Parameter parameter) {
        return new Sql("?", List.of(parameter));
    }

    /** The template, with each {@code {}} replaced by a part: SQL, or a parameter. */
    static Sql of(String template, Object... parts) {
        var text = new StringBuilder();
        var parameters = new ArrayList<Parameter>();
        int from = 0;
        for (var part : parts) {
            int hole = template.indexOf(HOLE, from);
            text.append(template, from, hole);
            var sql =
                    switch (part) {
                        case Sql piece -> piece;
                        case Parameter parameter -> of(parameter);
                        default -> throw new IllegalArgumentException("part: " + part);
                    };
            text.append(sql.text());
            parameters.addAll(sql.parameters());
            from = hole + HOLE.length();
        }
        text.append(template, from, template.length());
        return new Sql(text.toString(), parameters);
    }

    static Sql join(String separator, List<Sql> pieces) {
        var text = new StringBuilder();
        var parameters = new ArrayList<Parameter>();
        for (var piece : pieces) {
            text.append(text.isEmpty() ? "" : separator).append(piece.text());
            parameters.addAll(piece.parameters());
        }
        return new Sql(text.toString(), parameters);
    }

    /** A name of the schema. */
    static Sql name(String name) {
        return new Sql('"' + name.replace("\"", "\"\"") + '"', List.of());
    }

    /** Whether it is nothing but parameters: the same for every row. */
    boolean isParameter() {
        return text.equals("?");
    }
}
