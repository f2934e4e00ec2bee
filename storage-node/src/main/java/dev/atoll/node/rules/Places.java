package dev.atoll.node.rules;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what chains of names lead to. The names are known to be right. Immutable. */
final class Places {
    private final Map<String, FieldType> claims;

    Places(Map<String, FieldType> claims) {
        this.claims = claims;
    }

    /** The place; empty if the expression is no such chain. */
    Optional<Place> find(CelExpr expression, Variables variables) {
        return switch (expression.getKind()) {
            case IDENT -> variables.find(expression.ident().name()).map(Places::root);
            case SELECT ->
                    expression.select().testOnly()
                            ? Optional.empty()
                            : selected(expression, variables);
            case CALL ->
                    expression.call().function().equals("_[_]")
                            ? index(expression, variables)
                            : Optional.empty();
            case NOT_SET, CONSTANT, LIST, STRUCT, MAP, COMPREHENSION -> Optional.empty();
        };
    }

    /** The place that a selection leads to, or that {@code has} asks for. */
    Optional<Place> selected(CelExpr selection, Variables variables) {
        return find(selection.select().operand(), variables)
                .flatMap(place -> field(place, selection.select().field()));
    }

    private static Place root(Variables.Meaning meaning) {
        return switch (meaning) {
            case Variables.Meaning.Auth() -> new Place.Auth();
            case Variables.Meaning.Now() -> new Place.Single(new Parameters.Now(), Kind.MOMENT);
            case Variables.Meaning.Row _,
                    Variables.Meaning.Tables _,
                    Variables.Meaning.Instance _,
                    Variables.Meaning.Arguments _ ->
                    new Place.Whole(meaning);
        };
    }

    private Optional<Place> field(Place place, String name) {
        return switch (place) {
            case Place.Auth() -> {
                boolean custom = name.equals(CelTypes.CUSTOM);
                yield Optional.of(held(null, name, custom ? null : FieldType.TEXT));
            }
            case Place.Held held -> Optional.of(step(held, new Step.Key(name)));
            case Place.Document(Sql column, List<Step> steps) ->
                    Optional.of(new Place.Document(column, with(steps, new Step.Key(name))));
            case Place.Whole(Variables.Meaning meaning) -> fieldOf(meaning, name);
            case Place.Column _, Place.Single _ -> Optional.empty();
        };
    }

    private static Optional<Place> fieldOf(Variables.Meaning meaning, String name) {
        return switch (meaning) {
            case Variables.Meaning.Row(RuleTable table, String alias) ->
                    table.find(name).map(field -> column(field, alias));
            case Variables.Meaning.Instance() -> {
                boolean id = name.equals("id");
                yield Optional.of(
                        new Place.Single(
                                id
                                        ? new Parameters.InstanceId()
                                        : new Parameters.InstanceNamespace(),
                                Kind.TEXT));
            }
            case Variables.Meaning.Arguments(Map<String, FieldType> types) ->
                    Optional.ofNullable(types.get(name)).map(type -> argument(name, type));
            case Variables.Meaning.Tables _, Variables.Meaning.Auth _, Variables.Meaning.Now _ ->
                    Optional.empty();
        };
    }

    private static Place column(RuleField field, String alias) {
        var name = column(alias, field.column());
        return field.type() == FieldType.JSON
                ? new Place.Document(name, List.of())
                : new Place.Column(name, Kind.of(field.type()));
    }

    static Sql column(String alias, String column) {
        return Sql.of("{}.{}", Sql.name(alias), Sql.name(column));
    }

    private static Place argument(String name, FieldType type) {
        return type == FieldType.JSON
                ? new Place.Held(name, List.of(), null)
                : new Place.Single(new Parameters.Given(name, type), Kind.of(type));
    }

    private Optional<Place> index(CelExpr expression, Variables variables) {
        var arguments = expression.call().args();
        var base = find(arguments.get(0), variables);
        if (base.isEmpty()
                || !(base.get() instanceof Place.Document || base.get() instanceof Place.Held)) {
            throw RuleException.at(
                    expression.id(), "only JSON and claims have elements (expected: a field)");
        }
        var step = step(arguments.get(1), variables);
        return Optional.of(
                base.get() instanceof Place.Document(Sql column, List<Step> steps)
                        ? new Place.Document(column, with(steps, step, expression))
                        : step((Place.Held) base.get(), step));
    }

    private static List<Step> with(List<Step> steps, Step step, CelExpr expression) {
        if (step instanceof Step.Key(String key) && !Step.isKey(key)) {
            throw RuleException.at(
                    expression.id(),
                    "a key with a quote, a backslash or a control character (expected: none"
                            + " of these)");
        }
        return with(steps, step);
    }

    private Step step(CelExpr index, Variables variables) {
        if (index.getKind() == CelExpr.ExprKind.Kind.CONSTANT) {
            if (index.constant().getKind() == CelConstant.Kind.STRING_VALUE) {
                return new Step.Key(index.constant().stringValue());
            }
            if (index.constant().getKind() == CelConstant.Kind.INT64_VALUE
                    && index.constant().int64Value() >= 0
                    && index.constant().int64Value() <= Integer.MAX_VALUE) {
                return new Step.Index(index.constant().int64Value());
            }
        }
        return find(index, variables)
                .flatMap(Places::text)
                .map(parameter -> (Step) new Step.KeyOf(parameter))
                .orElseThrow(
                        () ->
                                RuleException.at(
                                        index.id(),
                                        "an index has to be a literal text or number, or a text"
                                                + " of auth, instance or args"));
    }

    /** The parameter of a place that is a text, and the same for every row. */
    private static Optional<Parameter> text(Place place) {
        return switch (place) {
            case Place.Single(Parameter parameter, Kind kind) when kind == Kind.TEXT ->
                    Optional.of(parameter);
            case Place.Held held -> Optional.of(held.view(new Lookup.View.Value(Kind.TEXT)));
            case Place.Single _, Place.Column _, Place.Document _, Place.Auth _, Place.Whole _ ->
                    Optional.empty();
        };
    }

    private Place.Held step(Place.Held held, Step step) {
        boolean claim =
                held.argument() == null
                        && held.steps().equals(List.of(new Step.Key(CelTypes.CUSTOM)));
        var declared = claim && step instanceof Step.Key(String name) ? claims.get(name) : null;
        return new Place.Held(
                held.argument(),
                with(held.steps(), step),
                declared == FieldType.JSON ? null : declared);
    }

    private static Place.Held held(
            @Nullable String argument, String name, @Nullable FieldType declared) {
        return new Place.Held(argument, List.of(new Step.Key(name)), declared);
    }

    private static List<Step> with(List<Step> steps, Step step) {
        return Stream.concat(steps.stream(), Stream.of(step)).toList();
    }
}
