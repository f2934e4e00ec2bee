package dev.atoll.node.rules;

import dev.cel.checker.CelStandardDeclarations;
import dev.cel.checker.CelStandardDeclarations.StandardFunction;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Compiles the rules and filters of one schema. Thread-safe.
 *
 * <p>The first compilation of a process takes a third of a second, later ones less than a
 * millisecond: filters that come again are worth keeping, by text and types of arguments.
 */
public final class RuleCompiler {
    /** All that is translated; what is not among them, the type checker does not know. */
    private static final CelStandardDeclarations FUNCTIONS =
            CelStandardDeclarations.newBuilder()
                    .includeFunctions(
                            StandardFunction.LOGICAL_AND,
                            StandardFunction.LOGICAL_OR,
                            StandardFunction.LOGICAL_NOT,
                            StandardFunction.NOT_STRICTLY_FALSE,
                            StandardFunction.CONDITIONAL,
                            StandardFunction.EQUALS,
                            StandardFunction.NOT_EQUALS,
                            StandardFunction.LESS,
                            StandardFunction.LESS_EQUALS,
                            StandardFunction.GREATER,
                            StandardFunction.GREATER_EQUALS,
                            StandardFunction.IN,
                            StandardFunction.ADD,
                            StandardFunction.SUBTRACT,
                            StandardFunction.MULTIPLY,
                            StandardFunction.DIVIDE,
                            StandardFunction.MODULO,
                            StandardFunction.NEGATE,
                            StandardFunction.INDEX,
                            StandardFunction.SIZE,
                            StandardFunction.CONTAINS,
                            StandardFunction.STARTS_WITH,
                            StandardFunction.ENDS_WITH,
                            StandardFunction.MATCHES,
                            StandardFunction.TIMESTAMP,
                            StandardFunction.DURATION)
                    .build();

    private static final Comparator<RuleProblem> IN_ORDER =
            Comparator.comparingInt(RuleProblem::line).thenComparingInt(RuleProblem::column);

    // One map for all: a schema may have ten thousand tables.
    private final Map<String, RuleTable> tables;
    private final Map<String, FieldType> claims;
    private final CelTypes types;

    public RuleCompiler(RuleSchema schema) {
        this.tables = schema.tablesByName();
        this.claims = schema.claims();
        this.types = CelTypes.of(schema);
    }

    /** Compiles one expression. Throws OVERLOADED if too many wait for that. */
    public RuleResult compile(RuleScope scope, String text, RuleLimits limits) {
        int codePoints = text.codePointCount(0, text.length());
        if (codePoints > limits.codePointsMax()) {
            // Before anything looks at it.
            var reason =
                    codePoints + " characters (expected: at most " + limits.codePointsMax() + ")";
            return refused(List.of(new RuleProblem(1, 1, reason, true)));
        }
        var variables = Variables.of(scope, tables);
        var compiler = compiler(scope, variables, limits);
        return CompileThreads.run(() -> compile(compiler, text, variables, limits));
    }

    private CelCompiler compiler(RuleScope scope, Variables variables, RuleLimits limits) {
        var options =
                CelOptions.current()
                        .populateMacroCalls(true)
                        .enableHeterogeneousNumericComparisons(true)
                        .maxExpressionCodePointSize(limits.codePointsMax())
                        .maxParseRecursionDepth(RuleLimits.DEPTH_MAX)
                        .maxParseExpressionNodeCount(limits.nodesMax())
                        .build();
        var builder =
                CelCompilerFactory.standardCelCompilerBuilder()
                        .setOptions(options)
                        .setStandardEnvironmentEnabled(false)
                        .setStandardDeclarations(FUNCTIONS)
                        .setStandardMacros(
                                CelStandardMacro.HAS, CelStandardMacro.ALL, CelStandardMacro.EXISTS)
                        .setResultType(SimpleType.BOOL)
                        .setTypeProvider(
                                scope instanceof RuleScope.Filter filter
                                        ? types.withArguments(filter.arguments())
                                        : types);
        variables.all().forEach((name, meaning) -> builder.addVar(name, CelTypes.of(meaning)));
        return builder.build();
    }

    private RuleResult compile(
            CelCompiler compiler, String text, Variables variables, RuleLimits limits)
            throws CelValidationException {
        var parsed = compiler.parse(text);
        if (parsed.hasError()) {
            // The rest is what the parser made of the first.
            return refused(problems(parsed).subList(0, 1));
        }
        var source = new Source(parsed.getSource());
        var tree = parsed.getAst();
        var names =
                new Names(tables, claims, source)
                        .check(tree.getExpr(), variables, limits.subqueriesMax());
        if (!names.isEmpty()) {
            return refused(names);
        }
        var checked = compiler.check(tree);
        return checked.hasError()
                ? refused(problems(checked))
                : translate(checked.getAst(), source, variables);
    }

    private RuleResult translate(CelAbstractSyntaxTree tree, Source source, Variables variables) {
        try {
            return new RuleResult.Compiled(
                    new Translation(tree, source, tables, claims).rule(variables));
        } catch (RuleException e) {
            return refused(List.of(source.problem(e.expression(), e.reason(), e.isLimit())));
        }
    }

    private static List<RuleProblem> problems(CelValidationResult result) {
        return result.getAllIssues().stream()
                .filter(issue -> issue.getSeverity() == CelIssue.Severity.ERROR)
                .map(Source::problem)
                .sorted(IN_ORDER)
                .toList();
    }

    private static RuleResult refused(List<RuleProblem> problems) {
        return new RuleResult.Refused(problems.stream().sorted(IN_ORDER).toList());
    }
}
