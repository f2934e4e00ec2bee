package dev.atoll.node.rules;

import dev.atoll.node.sqlite.SqlValue;
import java.util.List;

/**
 * A rule or filter as SQL: a condition that is true exactly where the expression is <em>definitely
 * true</em>. Immutable.
 *
 * <p>It goes into {@code WHERE (…)} of a statement that knows the row's table as {@link #ROW}:
 *
 * <pre>
 * SELECT … FROM "t_docs" AS "row" WHERE (rule) AND (filter)
 * UPDATE "t_docs" AS "row" SET … WHERE "row"."id" = ? AND (rule)
 * SELECT 1 FROM "t_docs" AS "row" WHERE "row"."id" = ? AND (rule)     a new row, after the write
 * SELECT 1 WHERE (rule)                                               no row at all
 * </pre>
 *
 * A rule about a new row is asked after the row was written, in the same transaction, by its id: so
 * it sees defaults, computed fields and the other writes; if it is not true, the transaction is
 * undone. The condition never fails on any row: what CEL calls an error is merely not true.
 *
 * @param sql the condition, with a question mark for each parameter
 * @param parameters in the order of the question marks
 * @param warnings what deserves a look
 */
public record CompiledRule(String sql, List<Parameter> parameters, List<RuleProblem> warnings) {
    /** The name by which the condition knows the row. */
    public static final String ROW = "row";

    /** The SQL function {@link Patterns} has to be registered as: name, and two arguments. */
    public static final String MATCHES = "_atoll_matches";

    public CompiledRule {
        parameters = List.copyOf(parameters);
        warnings = List.copyOf(warnings);
    }

    /**
     * Whether it asks {@link #MATCHES}: only then the instance needs that function. No name of a
     * schema can be taken for it: names are in quotes.
     */
    public boolean asksPatterns() {
        return sql.contains(MATCHES + '(');
    }

    /** The values to bind for a call; throws LIMIT_EXCEEDED if a list among them is too long. */
    public List<SqlValue> bind(RuleContext context) {
        return parameters.stream().map(parameter -> parameter.resolve(context)).toList();
    }
}
