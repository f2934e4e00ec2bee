package dev.atoll.node.rules;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.List;

/**
 * Translates what is true, false or unknown. Each expression has two translations: a condition that
 * is true where it is <em>definitely true</em>, and one for <em>definitely false</em>; where
 * neither is, it is unknown. One thread at a time.
 */
final class Conditions {
    private final Translation translation;
    private final Comparisons comparisons;

    Conditions(Translation translation) {
        this.translation = translation;
        this.comparisons = new Comparisons(translation);
    }

    /** True where the expression is definitely what is wanted. */
    Sql when(CelExpr expression, boolean wanted, Variables variables) {
        return switch (expression.getKind()) {
            case CONSTANT -> constant(expression, wanted);
            case CALL -> call(expression, wanted, variables);
            case IDENT -> place(expression, wanted, variables);
            case SELECT ->
                    expression.select().testOnly()
                            ? present(expression, wanted, variables)
                            : place(expression, wanted, variables);
            case COMPREHENSION -> loop(expression, wanted, variables);
            case NOT_SET, LIST, STRUCT, MAP -> throw notCondition(expression);
        };
    }

    private static Sql constant(CelExpr expression, boolean wanted) {
        if (expression.constant().getKind() != CelConstant.Kind.BOOLEAN_VALUE) {
            throw notCondition(expression);
        }
        return expression.constant().booleanValue() == wanted ? Sql.TRUE : Sql.FALSE;
    }

    private static RuleException notCondition(CelExpr expression) {
        return RuleException.at(expression.id(), "no condition (expected: a boolean)");
    }

    private Sql call(CelExpr expression, boolean wanted, Variables variables) {
        var call = expression.call();
        var arguments = call.args();
        return switch (call.function()) {
            case "_&&_" -> connect(wanted ? "AND" : "OR", arguments, wanted, variables);
            case "_||_" -> connect(wanted ? "OR" : "AND", arguments, wanted, variables);
            case "!_" -> when(arguments.getFirst(), !wanted, variables);
            case "_?_:_" ->
                    Sql.of(
                            "(({} AND {}) OR ({} AND {}))",
                            when(arguments.get(0), true, variables),
                            when(arguments.get(1), wanted, variables),
                            when(arguments.get(0), false, variables),
                            when(arguments.get(2), wanted, variables));
            case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in" ->
                    comparisons.when(expression, wanted, variables);
            case "_[_]" -> place(expression, wanted, variables);
            default -> translation.texts().when(expression, wanted, variables);
        };
    }

    private Sql connect(
            String operator, List<CelExpr> operands, boolean wanted, Variables variables) {
        var pieces = operands.stream().map(operand -> when(operand, wanted, variables)).toList();
        return Sql.of("({})", Sql.join(" " + operator + " ", pieces));
    }

    /** A field that is a boolean. */
    private Sql place(CelExpr expression, boolean wanted, Variables variables) {
        if (translation.isDynamic(expression)) {
            throw RuleException.at(
                    expression.id(), "a dynamic value is no condition (expected: … == true)");
        }
        var value = translation.values().value(expression, Kind.BOOLEAN, variables);
        return Sql.of(wanted ? "({} = 1)" : "({} = 0)", value);
    }

    /** {@code has(…)}. */
    private Sql present(CelExpr expression, boolean wanted, Variables variables) {
        var place =
                translation
                        .places()
                        .selected(expression, variables)
                        .orElseThrow(() -> notTested(expression));
        return switch (place) {
            case Place.Column(Sql column, Kind _) ->
                    Sql.of(wanted ? "({} IS NOT NULL)" : "({} IS NULL)", column);
            case Place.Document document -> present(document, wanted);
            case Place.Held held ->
                    Sql.of(wanted ? "({} = 1)" : "({} = 0)", held.view(new Lookup.View.Present()));
            case Place.Single _ -> wanted ? Sql.TRUE : Sql.FALSE;
            case Place.Auth _, Place.Whole _ -> throw notTested(expression);
        };
    }

    private static RuleException notTested(CelExpr expression) {
        return RuleException.at(
                expression.id(), "has() is for fields and claims that may be missing");
    }

    private static Sql present(Place.Document document, boolean wanted) {
        var column = document.column();
        var steps = document.steps();
        if (steps.isEmpty()) {
            return Sql.of(wanted ? "({} IS NOT NULL)" : "({} IS NULL)", column);
        }
        if (wanted) {
            return Sql.of("(json_type({}, {}) IS NOT NULL)", column, document.path());
        }
        var parent = new Place.Document(column, steps.subList(0, steps.size() - 1));
        return Sql.of(
                "(json_type({}, {}) = 'object' AND json_type({}, {}) IS NULL)",
                column,
                parent.path(),
                column,
                document.path());
    }

    /** {@code exists} and {@code all}. */
    private Sql loop(CelExpr expression, boolean wanted, Variables variables) {
        var loop = Loop.of(expression, translation.source());
        var table =
                translation.table(
                        Loop.tableName(loop.range(), variables)
                                .orElseThrow(() -> notCondition(expression)));
        var alias = translation.alias();
        var inner = variables.with(loop.variable(), table, alias);
        // exists is true, and all is false, where one row shows it: an index can find that row.
        boolean shown = loop.exists() == wanted;
        var body = when(loop.body(), wanted, inner);
        if (!shown) {
            translation.warn(
                    expression, "asks every row of " + table.name() + ": no index can help");
        }
        if (loop.exists() && variables.addsTo(table) && !loop.asksForRowId()) {
            translation.warn(
                    expression,
                    "finds the new row too, so that it can allow itself (expected: && "
                            + loop.variable()
                            + ".id != row.id)");
        }
        return Sql.of(
                shown
                        ? "EXISTS (SELECT 1 FROM {} AS {} WHERE {}{})"
                        : "NOT EXISTS (SELECT 1 FROM {} AS {} WHERE {}({}) IS NOT TRUE)",
                Sql.name(table.sqlName()),
                Sql.name(alias),
                live(table, alias),
                body);
    }

    /** Expired rows are gone, whether they were deleted yet or not. */
    private static Sql live(RuleTable table, String alias) {
        return table.expiryField()
                .map(field -> Places.column(alias, field.column()))
                .map(
                        column ->
                                Sql.of(
                                        "({} IS NULL OR {} > {}) AND ",
                                        column,
                                        column,
                                        new Parameters.Now()))
                .orElse(new Sql("", List.of()));
    }
}
