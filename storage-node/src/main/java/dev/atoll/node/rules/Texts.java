package dev.atoll.node.rules;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.List;
import java.util.stream.Stream;

/**
 * Translates the functions of texts. One thread at a time.
 *
 * <p>SQLite's own stop at a NUL character, which texts may hold; comparisons and bytes do not.
 */
final class Texts {
    private final Translation translation;

    Texts(Translation translation) {
        this.translation = translation;
    }

    Sql when(CelExpr expression, boolean wanted, Variables variables) {
        var operands = operands(expression);
        var text = translation.values().value(operands.get(0), Kind.TEXT, variables);
        return switch (expression.call().function()) {
            case "contains" ->
                    Sql.of(
                            wanted ? "(instr({}, {}) > 0)" : "(instr({}, {}) = 0)",
                            text,
                            translation.values().value(operands.get(1), Kind.TEXT, variables));
            case "startsWith" ->
                    starts(
                            text,
                            translation.values().value(operands.get(1), Kind.TEXT, variables),
                            wanted);
            case "endsWith" ->
                    ends(
                            text,
                            translation.values().value(operands.get(1), Kind.TEXT, variables),
                            wanted);
            case "matches" ->
                    Sql.of(
                            (wanted ? "(" : "(NOT ") + CompiledRule.MATCHES + "({}, {}))",
                            text,
                            pattern(operands.get(1)));
            default ->
                    throw RuleException.at(expression.id(), "no condition (expected: a boolean)");
        };
    }

    /** {@code f(a, b)} and {@code a.f(b)} are the same. */
    private static List<CelExpr> operands(CelExpr expression) {
        var call = expression.call();
        return Stream.concat(call.target().stream(), call.args().stream()).toList();
    }

    /** As a range, where the prefix is the same for all rows: an index can serve it. */
    private static Sql starts(Sql text, Sql prefix, boolean wanted) {
        if (prefix.isParameter()) {
            var end = new Parameters.PrefixEnd(prefix.parameters().getFirst());
            return Sql.of(
                    wanted ? "({} >= {} AND {} < {})" : "({} < {} OR {} >= {})",
                    text,
                    prefix,
                    text,
                    end);
        }
        return part(text, prefix, wanted, "1, octet_length({})", prefix);
    }

    private static Sql ends(Sql text, Sql suffix, boolean wanted) {
        return part(
                text,
                suffix,
                wanted,
                "{}",
                Sql.of("octet_length({}) - octet_length({}) + 1", text, suffix));
    }

    /** Compares bytes: a whole text in UTF-8 is found in another only where characters begin. */
    private static Sql part(Sql text, Sql part, boolean wanted, String range, Sql position) {
        var operator = new Sql(wanted ? "=" : "<>", List.of());
        // Of an empty blob, substr makes NULL.
        return Sql.of(
                "CASE WHEN {} = '' THEN {} {} '' ELSE substr(CAST({} AS BLOB), "
                        + range
                        + ") {} CAST({} AS BLOB) END",
                text,
                part,
                operator,
                text,
                position,
                operator,
                part);
    }

    private static Parameter pattern(CelExpr pattern) {
        if (pattern.getKind() != CelExpr.ExprKind.Kind.CONSTANT
                || pattern.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
            throw RuleException.at(pattern.id(), "matches() takes a literal pattern");
        }
        var text = pattern.constant().stringValue();
        Patterns.problem(text)
                .ifPresent(
                        problem -> {
                            throw RuleException.at(pattern.id(), problem);
                        });
        return Parameters.literal(text);
    }

    /** {@code size}: code points of a text, bytes of a blob, elements of a list in JSON. */
    Sql size(CelExpr expression, Variables variables) {
        return sizeOf(operands(expression).getFirst(), variables);
    }

    private Sql sizeOf(CelExpr sized, Variables variables) {
        if (translation.isDynamic(sized)) {
            return dynamicSize(sized, variables);
        }
        var kind = translation.kind(sized);
        var value = translation.values().value(sized, kind, variables);
        return kind == Kind.BLOB ? Sql.of("length({})", value) : textSize(value);
    }

    private static Sql textSize(Sql text) {
        return Sql.of("CASE instr({}, char(0)) WHEN 0 THEN length({}) END", text, text);
    }

    private Sql dynamicSize(CelExpr sized, Variables variables) {
        var place = translation.places().find(sized, variables);
        if (place.isPresent() && place.get() instanceof Place.Held held) {
            return Sql.of(held.view(new Lookup.View.Size()));
        }
        if (place.isPresent() && place.get() instanceof Place.Document document) {
            var column = document.column();
            var path = document.path();
            return Sql.of(
                    "CASE json_type({}, {}) WHEN 'array' THEN json_array_length({}, {}) WHEN 'text'"
                            + " THEN {} END",
                    column,
                    path,
                    column,
                    path,
                    textSize(Sql.of("json_extract({}, {})", column, path)));
        }
        if (sized.getKind() == CelExpr.ExprKind.Kind.CALL
                && sized.call().function().equals("_?_:_")) {
            return translation
                    .values()
                    .chosen(sized, variables, branch -> sizeOf(branch, variables));
        }
        throw RuleException.at(
                sized.id(), "size() takes a text, a blob, or a list in JSON or a claim");
    }
}
