package dev.atoll.node.rules;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableExpr;
import java.util.Optional;

/**
 * An {@code exists} or {@code all}, which the parser has written out as a loop. Immutable.
 *
 * @param variable what it calls each row
 * @param range what it goes over
 * @param body the condition
 * @param exists or else {@code all}
 */
record Loop(String variable, CelExpr range, CelExpr body, boolean exists) {
    static Loop of(CelExpr expression, Source source) {
        var loop = expression.comprehension();
        // The step is "result || body", or "result && body".
        return new Loop(
                loop.iterVar(),
                loop.iterRange(),
                loop.loopStep().call().args().get(1),
                source.macro(expression.id()).equals("exists"));
    }

    /** NAME, if the range is {@code tables.NAME}. */
    static Optional<String> tableName(CelExpr range, Variables variables) {
        if (range.getKind() != CelExpr.ExprKind.Kind.SELECT || range.select().testOnly()) {
            return Optional.empty();
        }
        var tables = range.select().operand();
        boolean known =
                tables.getKind() == CelExpr.ExprKind.Kind.IDENT
                        && variables.find(tables.ident().name()).orElse(null)
                                instanceof Variables.Meaning.Tables;
        return known ? Optional.of(range.select().field()) : Optional.empty();
    }

    /** Whether the condition speaks of {@code row.id}: so it can tell the row from others. */
    boolean asksForRowId() {
        return CelNavigableExpr.fromExpr(body)
                .allNodes()
                .map(CelNavigableExpr::expr)
                .filter(part -> part.getKind() == CelExpr.ExprKind.Kind.SELECT)
                .filter(part -> part.select().field().equals("id"))
                .map(part -> part.select().operand())
                .anyMatch(
                        operand ->
                                operand.getKind() == CelExpr.ExprKind.Kind.IDENT
                                        && operand.ident().name().equals("row"));
    }
}
