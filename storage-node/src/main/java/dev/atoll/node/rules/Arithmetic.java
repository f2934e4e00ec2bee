package dev.atoll.node.rules;

import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.List;

/** Translates sums and their like; what CEL calls an error is NULL. One thread at a time. */
final class Arithmetic {
    private final Translation translation;

    Arithmetic(Translation translation) {
        this.translation = translation;
    }

    Sql value(CelExpr call, Variables variables) {
        return switch (translation.overload(call)) {
            case "add_int64",
                    "subtract_int64",
                    "multiply_int64",
                    "divide_int64",
                    "modulo_int64",
                    "negate_int64" -> {
                // What overflows turns into a real, and stays one to the end of the sum.
                var sum = integers(call, variables);
                yield Sql.of("CASE typeof({}) WHEN 'integer' THEN {} END", sum, sum);
            }
            case "add_double",
                    "subtract_double",
                    "multiply_double",
                    "divide_double",
                    "negate_double" ->
                    operation(call, Kind.REAL, Kind.REAL, variables);
            case "add_string" -> joined(call, variables);
            case "add_timestamp_duration", "subtract_timestamp_duration" ->
                    moment(operation(call, Kind.MOMENT, Kind.DURATION, variables));
            case "add_duration_timestamp" ->
                    moment(operation(call, Kind.DURATION, Kind.MOMENT, variables));
            case "subtract_timestamp_timestamp" ->
                    duration(operation(call, Kind.MOMENT, Kind.MOMENT, variables));
            case "add_duration_duration", "subtract_duration_duration" ->
                    duration(operation(call, Kind.DURATION, Kind.DURATION, variables));
            default ->
                    throw RuleException.at(
                            call.id(), "only numbers, texts and times can be computed with");
        };
    }

    /** Without the check of the result: SQL's own carries what went wrong along. */
    private Sql integers(CelExpr expression, Variables variables) {
        boolean computed =
                expression.getKind() == CelExpr.ExprKind.Kind.CALL
                        && !translation.isDynamic(expression)
                        && isOperator(expression.call().function());
        if (!computed) {
            return translation.values().value(expression, Kind.INTEGER, variables);
        }
        var operands = expression.call().args();
        return operands.size() == 1
                ? Sql.of("(0 - {})", integers(operands.get(0), variables))
                : Sql.of(
                        "({} " + sign(expression) + " {})",
                        integers(operands.get(0), variables),
                        integers(operands.get(1), variables));
    }

    private static boolean isOperator(String function) {
        return switch (function) {
            case "_+_", "_-_", "_*_", "_/_", "_%_", "-_" -> true;
            default -> false;
        };
    }

    private static String sign(CelExpr call) {
        return call.call().function().replace("_", "");
    }

    private Sql operation(CelExpr call, Kind left, Kind right, Variables variables) {
        var operands = call.call().args();
        var first = translation.values().value(operands.get(0), left, variables);
        return operands.size() == 1
                ? Sql.of("(0 - {})", first)
                : Sql.of(
                        "({} " + sign(call) + " {})",
                        first,
                        translation.values().value(operands.get(1), right, variables));
    }

    private static Sql moment(Sql sum) {
        return between(sum, Times.MOMENT_MIN, Times.MOMENT_MAX);
    }

    private static Sql duration(Sql sum) {
        return between(sum, -Times.DURATION_MAX, Times.DURATION_MAX);
    }

    private static Sql between(Sql sum, long least, long most) {
        return Sql.of("CASE WHEN {} BETWEEN " + least + " AND " + most + " THEN {} END", sum, sum);
    }

    /** All texts at once: one whose size nobody checked could be too large for SQLite. */
    private Sql joined(CelExpr call, Variables variables) {
        var texts = new ArrayList<Sql>();
        collect(call, texts, variables);
        if (texts.stream().allMatch(Sql::isParameter)) {
            var parameters = texts.stream().flatMap(text -> text.parameters().stream()).toList();
            return Sql.of(new Parameters.Joined(parameters));
        }
        var sizes = texts.stream().map(text -> Sql.of("octet_length({})", text)).toList();
        return Sql.of(
                "CASE WHEN {} <= " + RuleLimits.JOINED_BYTES_MAX + " THEN {} END",
                Sql.join(" + ", sizes),
                Sql.join(" || ", texts));
    }

    private void collect(CelExpr expression, List<Sql> texts, Variables variables) {
        boolean sum =
                expression.getKind() == CelExpr.ExprKind.Kind.CALL
                        && !translation.isDynamic(expression)
                        && expression.call().function().equals("_+_");
        if (sum) {
            expression.call().args().forEach(text -> collect(text, texts, variables));
        } else {
            texts.add(translation.values().value(expression, Kind.TEXT, variables));
        }
    }
}
