package dev.atoll.node.rules;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.SqlValue;
import dev.cel.common.ast.CelExpr;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Translates values; NULL is unknown. One thread at a time. */
final class Values {
    private final Translation translation;
    private final Arithmetic arithmetic;

    Values(Translation translation) {
        this.translation = translation;
        this.arithmetic = new Arithmetic(translation);
    }

    /** The value, if it is of the kind: NULL for a dynamic one that is not. */
    Sql value(CelExpr expression, Kind wanted, Variables variables) {
        if (Translation.isNull(expression)) {
            return Sql.NULL;
        }
        if (!translation.isDynamic(expression)) {
            check(translation.kind(expression), wanted, expression);
        }
        var place = translation.places().find(expression, variables);
        if (place.isPresent()) {
            return value(place.get(), wanted, expression);
        }
        return switch (expression.getKind()) {
            case CONSTANT -> Sql.of(constant(expression));
            case CALL -> call(expression, wanted, variables);
            case SELECT, COMPREHENSION -> condition(expression, wanted, variables);
            case NOT_SET, IDENT, LIST, STRUCT, MAP -> throw notValue(expression, wanted);
        };
    }

    private static void check(Kind kind, Kind wanted, CelExpr expression) {
        if (!wanted.includes(kind)) {
            throw RuleException.at(
                    expression.id(), kind.words() + " (expected: " + wanted.words() + ")");
        }
    }

    private static RuleException notValue(CelExpr expression, Kind wanted) {
        return RuleException.at(
                expression.id(), "not a single value (expected: " + wanted.words() + ")");
    }

    private static Sql value(Place place, Kind wanted, CelExpr expression) {
        return switch (place) {
            case Place.Column(Sql column, Kind _) -> column;
            case Place.Single(Parameter parameter, Kind _) -> Sql.of(parameter);
            case Place.Document document -> extracted(document, wanted, expression);
            case Place.Held held -> {
                checkInJson(wanted, expression);
                yield Sql.of(held.view(new Lookup.View.Value(wanted)));
            }
            case Place.Auth _, Place.Whole _ -> throw notValue(expression, wanted);
        };
    }

    /** The type is looked at first: SQL would take a text "5" for the number, and true for 1. */
    private static Sql extracted(Place.Document document, Kind wanted, CelExpr expression) {
        checkInJson(wanted, expression);
        return Sql.of(
                "CASE WHEN json_type({}, {}) IN ("
                        + quoted(wanted.jsonTypes())
                        + ") THEN json_extract({}, {}) END",
                document.column(),
                document.path(),
                document.column(),
                document.path());
    }

    private static void checkInJson(Kind wanted, CelExpr expression) {
        if (wanted.jsonTypes().isEmpty()) {
            throw RuleException.at(expression.id(), "a dynamic value is never " + wanted.words());
        }
    }

    static String quoted(List<String> jsonTypes) {
        return jsonTypes.stream().map(type -> "'" + type + "'").collect(Collectors.joining(", "));
    }

    private static Parameter constant(CelExpr expression) {
        var constant = expression.constant();
        return switch (constant.getKind()) {
            case STRING_VALUE -> Parameters.literal(constant.stringValue());
            case INT64_VALUE -> Parameters.literal(constant.int64Value());
            case DOUBLE_VALUE ->
                    new Parameters.Literal(Parameters.realOrNull(constant.doubleValue()));
            case BOOLEAN_VALUE -> Parameters.literal(constant.booleanValue() ? 1 : 0);
            case BYTES_VALUE ->
                    new Parameters.Literal(
                            SqlValue.of(ByteString.copyFrom(constant.bytesValue().toByteArray())));
            case NOT_SET, NULL_VALUE, UINT64_VALUE, DURATION_VALUE, TIMESTAMP_VALUE ->
                    throw RuleException.at(
                            expression.id(), "a constant of no known type: " + constant);
        };
    }

    private Sql call(CelExpr expression, Kind wanted, Variables variables) {
        var call = expression.call();
        return switch (call.function()) {
            case "_?_:_" ->
                    chosen(expression, variables, branch -> value(branch, wanted, variables));
            case "_+_", "_-_", "_*_", "_/_", "_%_", "-_" -> arithmetic.value(expression, variables);
            case "size" -> translation.texts().size(expression, variables);
            case "timestamp", "duration" -> time(expression);
            default -> condition(expression, wanted, variables);
        };
    }

    /** {@code condition ? one : other}, of what is made of the two. */
    Sql chosen(CelExpr choice, Variables variables, Function<CelExpr, Sql> branch) {
        var operands = choice.call().args();
        return Sql.of(
                "CASE WHEN {} THEN {} WHEN {} THEN {} END",
                translation.conditions().when(operands.get(0), true, variables),
                branch.apply(operands.get(1)),
                translation.conditions().when(operands.get(0), false, variables),
                branch.apply(operands.get(2)));
    }

    private Sql condition(CelExpr expression, Kind wanted, Variables variables) {
        check(Kind.BOOLEAN, wanted, expression);
        return Sql.of(
                "CASE WHEN {} THEN 1 WHEN {} THEN 0 END",
                translation.conditions().when(expression, true, variables),
                translation.conditions().when(expression, false, variables));
    }

    private static Sql time(CelExpr expression) {
        var argument = expression.call().args().getFirst();
        boolean moment = expression.call().function().equals("timestamp");
        if (argument.getKind() != CelExpr.ExprKind.Kind.CONSTANT) {
            throw RuleException.at(
                    argument.id(), expression.call().function() + "() takes a literal text");
        }
        try {
            var text = argument.constant().stringValue();
            return Sql.of(Parameters.literal(moment ? Times.moment(text) : Times.duration(text)));
        } catch (IllegalArgumentException e) {
            throw RuleException.at(argument.id(), String.valueOf(e.getMessage()));
        }
    }
}
