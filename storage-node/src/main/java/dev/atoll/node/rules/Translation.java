package dev.atoll.node.rules;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.SimpleType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One checked expression on its way to SQL: what its parts know of each other. One thread at a
 * time.
 */
final class Translation {
    private final CelAbstractSyntaxTree ast;
    private final Source source;
    private final Map<String, RuleTable> tables;
    private final Places places;
    private final Conditions conditions;
    private final Values values;
    private final Texts texts;
    private final List<RuleProblem> warnings = new ArrayList<>();
    private int aliases;

    Translation(
            CelAbstractSyntaxTree ast,
            Source source,
            Map<String, RuleTable> tables,
            Map<String, FieldType> claims) {
        this.ast = ast;
        this.source = source;
        this.tables = tables;
        this.places = new Places(claims);
        this.conditions = new Conditions(this);
        this.values = new Values(this);
        this.texts = new Texts(this);
    }

    CompiledRule rule(Variables variables) {
        var sql = conditions.when(ast.getExpr(), true, variables);
        return new CompiledRule(sql.text(), sql.parameters(), warnings);
    }

    Source source() {
        return source;
    }

    Places places() {
        return places;
    }

    Conditions conditions() {
        return conditions;
    }

    Values values() {
        return values;
    }

    Texts texts() {
        return texts;
    }

    RuleTable table(String name) {
        var table = tables.get(name);
        if (table == null) {
            throw new IllegalStateException("table " + name + " passed the names' check");
        }
        return table;
    }

    /** A name that no other part of the SQL has. */
    String alias() {
        aliases++;
        return "t" + aliases;
    }

    /** Says so once, however often the part is written out. */
    void warn(CelExpr expression, String text) {
        var warning = source.problem(expression.id(), text, false);
        if (!warnings.contains(warning)) {
            warnings.add(warning);
        }
    }

    /**
     * Whether only the value says of what type it is. The checker may claim to know: of an element
     * it says what would fit.
     */
    boolean isDynamic(CelExpr expression) {
        if (expression.getKind() == CelExpr.ExprKind.Kind.CALL) {
            var call = expression.call();
            if (call.function().equals("_[_]")) {
                return true;
            }
            if (call.function().equals("_?_:_")) {
                return isDynamic(call.args().get(1)) || isDynamic(call.args().get(2));
            }
        }
        return ast.getType(expression.id()).orElse(SimpleType.DYN).kind() == CelKind.DYN;
    }

    /** The kind of a value that is not dynamic; refuses lists, rows and the like. */
    Kind kind(CelExpr expression) {
        return ast.getType(expression.id())
                .flatMap(Kind::of)
                .orElseThrow(
                        () ->
                                RuleException.at(
                                        expression.id(),
                                        "not a single value (expected: one of its fields)"));
    }

    /** Which of its meanings an operator has here; refuses where only the values would say. */
    String overload(CelExpr call) {
        var overloads = ast.getReferenceOrThrow(call.id()).overloadIds();
        if (overloads.size() != 1 || call.call().args().stream().allMatch(this::isDynamic)) {
            throw RuleException.at(
                    call.id(),
                    "dynamic values cannot be computed with each other (expected: a value of a"
                            + " known type on one side)");
        }
        return overloads.getFirst();
    }

    static boolean isNull(CelExpr expression) {
        return expression.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && expression.constant().getKind() == CelConstant.Kind.NULL_VALUE;
    }
}
