package dev.atoll.node.rules;

import dev.atoll.process.Nearest;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all names of an expression before its types are checked, so that each that is wrong is
 * reported with the nearest right one. One thread at a time.
 */
final class Names {
    /** What the parser calls the operators. */
    private static final Set<String> OPERATORS =
            Set.of(
                    "_&&_", "_||_", "!_", "_?_:_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_",
                    "_+_", "_-_", "_*_", "_/_", "_%_", "-_", "@in", "_[_]");

    private static final Set<String> FUNCTIONS =
            Set.of(
                    "size",
                    "contains",
                    "startsWith",
                    "endsWith",
                    "matches",
                    "timestamp",
                    "duration");

    /** Macros of CEL that make lists, of which SQL has none. */
    private static final Set<String> OTHER_MACROS =
            Set.of("map", "filter", "exists_one", "existsOne", "transformList", "transformMap");

    private static final int DISTANCE_MAX = 3;

    /** A longer name is no typing mistake, and costs much to compare. */
    private static final int TYPED_MAX = 64;

    private final Map<String, RuleTable> tables;
    private final Map<String, FieldType> claims;
    private final Source source;
    private final List<RuleProblem> problems = new ArrayList<>();
    private int subqueries;

    Names(Map<String, RuleTable> tables, Map<String, FieldType> claims, Source source) {
        this.tables = tables;
        this.claims = claims;
        this.source = source;
    }

    /** The problems of the names in it, and of how many subqueries it has. */
    List<RuleProblem> check(CelExpr expression, Variables variables, int subqueriesMax) {
        walk(expression, variables);
        if (subqueries > subqueriesMax) {
            var reason =
                    subqueriesMax == 0
                            ? "exists() and all() are for rules, not for filters"
                            : "exists() and all(): "
                                    + subqueries
                                    + " (expected: at most "
                                    + subqueriesMax
                                    + ")";
            problems.add(source.problem(RuleException.WHOLE, reason, subqueriesMax > 0));
        }
        return List.copyOf(problems);
    }

    private void walk(CelExpr expression, Variables variables) {
        switch (expression.getKind()) {
            case CONSTANT -> {
                if (expression.constant().getKind() == CelConstant.Kind.UINT64_VALUE) {
                    problem(expression, "unsigned numbers are not part of the language");
                }
            }
            case IDENT -> ident(expression, variables);
            case SELECT -> select(expression, variables);
            case CALL -> call(expression, variables);
            case LIST -> expression.list().elements().forEach(element -> walk(element, variables));
            case COMPREHENSION -> comprehension(expression, variables);
            case STRUCT, MAP -> problem(expression, "maps are not part of the language");
            case NOT_SET -> problem(expression, "nothing (expected: an expression)");
        }
    }

    private void ident(CelExpr expression, Variables variables) {
        var name = expression.ident().name();
        if (variables.find(name).isEmpty()) {
            // Another place has it: nothing here was meant.
            Collection<String> near =
                    Variables.NAMES.contains(name) ? List.of() : variables.all().keySet();
            problem(expression, unknown("variable", name, "here", near));
        }
    }

    private void select(CelExpr expression, Variables variables) {
        var operand = expression.select().operand();
        walk(operand, variables);
        var name = expression.select().field();
        fields(operand, variables)
                .filter(fields -> !fields.names().contains(name))
                .ifPresent(
                        fields ->
                                problems.add(
                                        source.problemAtName(
                                                expression.id(),
                                                unknown(
                                                        fields.what(),
                                                        name,
                                                        fields.where(),
                                                        fields.names()))));
    }

    /** Names that may follow an expression. */
    private record Fields(String what, String where, Collection<String> names) {}

    /** Empty if any may, or none. */
    private Optional<Fields> fields(CelExpr expression, Variables variables) {
        return switch (expression.getKind()) {
            case IDENT -> variables.find(expression.ident().name()).map(this::fields);
            case SELECT -> {
                var outer = expression.select().operand();
                boolean custom =
                        !claims.isEmpty()
                                && outer.getKind() == CelExpr.ExprKind.Kind.IDENT
                                && variables.find(outer.ident().name()).orElse(null)
                                        instanceof Variables.Meaning.Auth
                                && expression.select().field().equals(CelTypes.CUSTOM);
                yield custom
                        ? Optional.of(new Fields("claim", "auth.custom", claims.keySet()))
                        : Optional.empty();
            }
            case NOT_SET, CONSTANT, CALL, LIST, STRUCT, MAP, COMPREHENSION -> Optional.empty();
        };
    }

    private @Nullable Fields fields(Variables.Meaning meaning) {
        return switch (meaning) {
            case Variables.Meaning.Row(RuleTable table, String _) ->
                    new Fields("field", table.name(), table.fieldNames());
            case Variables.Meaning.Tables() -> new Fields("table", "tables", tables.keySet());
            case Variables.Meaning.Auth() -> new Fields("field", "auth", CelTypes.AUTH_FIELDS);
            case Variables.Meaning.Instance() ->
                    new Fields("field", "instance", CelTypes.INSTANCE_FIELDS);
            case Variables.Meaning.Arguments(Map<String, FieldType> types) ->
                    new Fields("argument", "args", types.keySet());
            case Variables.Meaning.Now() -> null;
        };
    }

    private void call(CelExpr expression, Variables variables) {
        var call = expression.call();
        call.target().ifPresent(target -> walk(target, variables));
        var function = call.function();
        if (OPERATORS.contains(function) || FUNCTIONS.contains(function)) {
            call.args().forEach(argument -> walk(argument, variables));
            return;
        }
        // What is in its parentheses may have variables of its own.
        var reason =
                OTHER_MACROS.contains(function)
                        ? function + "() is not part of the language (expected: exists or all)"
                        : unknown("function", function, "here", FUNCTIONS);
        problems.add(source.problemAtFunction(expression.id(), function, reason));
    }

    private void comprehension(CelExpr expression, Variables variables) {
        subqueries++;
        var loop = Loop.of(expression, source);
        var table = table(loop.range(), variables);
        if (table.isPresent()) {
            walk(loop.body(), variables.with(loop.variable(), table.get(), ""));
            return;
        }
        int before = problems.size();
        walk(loop.range(), variables);
        if (problems.size() == before) {
            problem(loop.range(), "exists() and all() are asked of tables (expected: tables.NAME)");
        }
    }

    /** The table that {@code tables.NAME} names. */
    private Optional<RuleTable> table(CelExpr range, Variables variables) {
        return Loop.tableName(range, variables).map(tables::get);
    }

    private void problem(CelExpr expression, String reason) {
        problems.add(source.problem(expression.id(), reason, false));
    }

    private static String unknown(
            String what, String name, String where, Collection<String> names) {
        var typed = Source.shortened(name);
        var near =
                name.length() > TYPED_MAX
                        ? Optional.<String>empty()
                        : Nearest.of(name, names, Math.min(DISTANCE_MAX, (name.length() + 1) / 2));
        return "there is no "
                + what
                + " '"
                + typed
                + "' "
                + (where.equals("here") ? where : "in " + where)
                + near.map(right -> " (did you mean '" + right + "'?)").orElse("");
    }
}
