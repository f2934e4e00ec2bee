package dev.atoll.node.rules;

import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Translates {@code ==}, {@code !=}, the order, and {@code in}. One thread at a time. */
final class Comparisons {
    private final Translation translation;

    Comparisons(Translation translation) {
        this.translation = translation;
    }

    Sql when(CelExpr expression, boolean wanted, Variables variables) {
        return switch (expression.call().function()) {
            case "_==_" -> equal(expression, wanted, variables);
            case "_!=_" -> equal(expression, !wanted, variables);
            case "_<_" -> ordered(expression, wanted ? "<" : ">=", variables);
            case "_<=_" -> ordered(expression, wanted ? "<=" : ">", variables);
            case "_>_" -> ordered(expression, wanted ? ">" : "<=", variables);
            case "_>=_" -> ordered(expression, wanted ? ">=" : "<", variables);
            default -> member(expression, wanted, variables);
        };
    }

    private Sql equal(CelExpr expression, boolean wanted, Variables variables) {
        var left = expression.call().args().get(0);
        var right = expression.call().args().get(1);
        if (Translation.isNull(right)) {
            return isNull(left, wanted, variables);
        }
        if (Translation.isNull(left)) {
            return isNull(right, wanted, variables);
        }
        return compared(expression, wanted ? "=" : "<>", variables);
    }

    private Sql ordered(CelExpr expression, String operator, Variables variables) {
        if (kind(expression.call().args(), expression) == Kind.BOOLEAN) {
            throw RuleException.at(expression.id(), "booleans have no order (expected: == or !=)");
        }
        return compared(expression, operator, variables);
    }

    private Sql compared(CelExpr expression, String operator, Variables variables) {
        var operands = expression.call().args();
        var kind = kind(operands, expression);
        return Sql.of(
                "({} " + operator + " {})",
                translation.values().value(operands.get(0), kind, variables),
                translation.values().value(operands.get(1), kind, variables));
    }

    /** What all of the values have to be: what those are whose types are known. */
    private Kind kind(List<CelExpr> values, CelExpr comparison) {
        Kind common = null;
        boolean dynamic = false;
        for (var value : values) {
            if (translation.isDynamic(value)) {
                dynamic = true;
            } else if (!Translation.isNull(value)) {
                var kind = translation.kind(value);
                // The checker has seen to it that they agree, but for the elements of lists.
                common = common == null || common == kind ? kind : kind.compared();
            }
        }
        if (common == null) {
            throw RuleException.at(
                    comparison.id(),
                    "dynamic values cannot be compared with each other (expected: a value of a"
                            + " known type on one side)");
        }
        if (!dynamic) {
            return common;
        }
        if (common.jsonTypes().isEmpty()) {
            throw RuleException.at(
                    comparison.id(),
                    common.words() + " cannot be compared with a dynamic value: JSON has none");
        }
        return common.compared();
    }

    /** A literal {@code … == null}, the only comparison that NULL makes true. */
    private Sql isNull(CelExpr expression, boolean wanted, Variables variables) {
        if (Translation.isNull(expression)) {
            return wanted ? Sql.TRUE : Sql.FALSE;
        }
        if (expression.getKind() == CelExpr.ExprKind.Kind.CALL
                && expression.call().function().equals("_?_:_")) {
            // Not of the CASE's result: that is NULL, too, where the condition is unknown.
            var arguments = expression.call().args();
            return Sql.of(
                    "(({} AND {}) OR ({} AND {}))",
                    translation.conditions().when(arguments.get(0), true, variables),
                    isNull(arguments.get(1), wanted, variables),
                    translation.conditions().when(arguments.get(0), false, variables),
                    isNull(arguments.get(2), wanted, variables));
        }
        return translation
                .places()
                .find(expression, variables)
                .map(place -> isNull(place, wanted, expression))
                .orElseGet(
                        () ->
                                neverNull(
                                        translation
                                                .values()
                                                .value(
                                                        expression,
                                                        translation.kind(expression),
                                                        variables),
                                        wanted));
    }

    /** What is computed is not null: it is a value, or unknown. */
    private static Sql neverNull(Sql value, boolean wanted) {
        return wanted ? Sql.FALSE : Sql.of("({} IS NOT NULL)", value);
    }

    private static Sql isNull(Place place, boolean wanted, CelExpr expression) {
        return switch (place) {
            case Place.Column(Sql column, Kind _) ->
                    Sql.of(wanted ? "({} IS NULL)" : "({} IS NOT NULL)", column);
            case Place.Document(Sql column, List<Step> steps) when steps.isEmpty() ->
                    Sql.of(
                            wanted
                                    ? "(ifnull(json_type({}), 'null') = 'null')"
                                    : "(json_type({}) <> 'null')",
                            column);
            case Place.Document document ->
                    Sql.of(
                            wanted
                                    ? "(json_type({}, {}) = 'null')"
                                    : "(json_type({}, {}) <> 'null')",
                            document.column(),
                            document.path());
            case Place.Held held ->
                    Sql.of(wanted ? "({} = 1)" : "({} = 0)", held.view(new Lookup.View.IsNull()));
            case Place.Single(Parameter parameter, Kind _) -> neverNull(Sql.of(parameter), wanted);
            case Place.Auth _ ->
                    Sql.of(wanted ? "({} = 0)" : "({} = 1)", new Parameters.Authenticated());
            case Place.Whole _ ->
                    throw RuleException.at(
                            expression.id(), "never null (expected: a field, a claim or auth)");
        };
    }

    private Sql member(CelExpr expression, boolean wanted, Variables variables) {
        var value = expression.call().args().get(0);
        var list = expression.call().args().get(1);
        if (list.getKind() == CelExpr.ExprKind.Kind.LIST) {
            return memberOf(expression, value, list.list().elements(), wanted, variables);
        }
        Optional<Place> place = translation.places().find(list, variables);
        if (!translation.isDynamic(list) || place.isEmpty()) {
            throw RuleException.at(
                    list.id(),
                    "not a list (expected: a literal list, or a list in JSON, a claim or an"
                            + " argument)");
        }
        var kind = kind(List.of(value, list), expression);
        var searched = translation.values().value(value, kind, variables);
        return switch (place.get()) {
            case Place.Document document -> memberOf(document, searched, kind, wanted);
            case Place.Held held -> memberOf(held, searched, kind, wanted);
            case Place.Column _, Place.Single _, Place.Auth _, Place.Whole _ ->
                    throw new IllegalStateException("not dynamic: " + place.get());
        };
    }

    private Sql memberOf(
            CelExpr expression,
            CelExpr value,
            List<CelExpr> elements,
            boolean wanted,
            Variables variables) {
        for (var element : elements) {
            if (Translation.isNull(element)) {
                throw RuleException.at(
                        element.id(), "null equals nothing (expected: … == null beside the list)");
            }
        }
        var all = new ArrayList<>(elements);
        all.add(value);
        var kind = kind(all, expression);
        var searched = translation.values().value(value, kind, variables);
        if (elements.isEmpty()) {
            // SQL has NULL NOT IN () true; here NULL makes no comparison true.
            return wanted ? Sql.FALSE : Sql.of("({} IS NOT NULL)", searched);
        }
        var values =
                elements.stream()
                        .map(element -> translation.values().value(element, kind, variables))
                        .toList();
        return Sql.of(
                wanted ? "({} IN ({}))" : "({} NOT IN ({}))", searched, Sql.join(", ", values));
    }

    private Sql memberOf(Place.Document list, Sql searched, Kind kind, boolean wanted) {
        var alias = Sql.name(translation.alias());
        var found =
                Sql.of(
                        "{}.type IN (" + Values.quoted(kind.jsonTypes()) + ") AND {}.value {} {}",
                        alias,
                        alias,
                        new Sql(wanted ? "=" : "<>", List.of()),
                        searched);
        var isArray = Sql.of("json_type({}, {}) = 'array'", list.column(), list.path());
        var elements = Sql.of("json_each({}, {}) AS {}", list.column(), list.path(), alias);
        return wanted
                ? Sql.of("({} AND EXISTS (SELECT 1 FROM {} WHERE {}))", isArray, elements, found)
                : Sql.of(
                        "({} AND {} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {} WHERE ({}) IS NOT"
                                + " TRUE))",
                        isArray,
                        searched,
                        elements,
                        found);
    }

    private static Sql memberOf(Place.Held list, Sql searched, Kind kind, boolean wanted) {
        var elements = list.view(new Lookup.View.Elements(kind));
        return wanted
                ? Sql.of("({} IN (SELECT value FROM json_each({})))", searched, elements)
                : Sql.of(
                        "({} NOT IN (SELECT value FROM json_each({})) AND {} IS NOT NULL AND {} = 1)",
                        searched,
                        elements,
                        searched,
                        list.view(new Lookup.View.AllOf(kind)));
    }
}
