package dev.atoll.node.operations;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.node.rules.Argument;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.RuleCompiler;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.node.rules.RuleLimits;
import dev.atoll.node.rules.RuleProblem;
import dev.atoll.node.rules.RuleResult;
import dev.atoll.node.rules.RuleScope;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Compiles callers' filters, and keeps those that were used last. Thread-safe. */
final class Filters {
    /** Applications have some dozens; each takes a few kilobytes. */
    private static final int KEPT_MAX = 512;

    /** Longer ones carry their values with them, and do not come again. */
    private static final int KEPT_LENGTH_MAX = 4_096;

    private static final int PROBLEMS_MAX = 5;

    private final RuleCompiler compiler;

    @GuardedBy("kept")
    private final Map<RuleKey, Permission> kept = new LinkedHashMap<>(16, 0.75f, true);

    private record RuleKey(String table, String text, Map<String, FieldType> types) {}

    /**
     * A filter as a condition, and what its parameters are taken from.
     *
     * @param context of the call, with the arguments of the filter
     */
    record Compiled(Permission condition, RuleContext context) {}

    Filters(RuleCompiler compiler) {
        this.compiler = compiler;
    }

    /** Throws FILTER_INVALID, or LIMIT_EXCEEDED if it is too large. */
    Compiled compile(DeclaredTable table, Filter filter, RuleContext context) {
        if (filter.text().isBlank()) {
            return new Compiled(Permission.ALWAYS, context);
        }
        var arguments = arguments(filter);
        var types = new HashMap<String, FieldType>();
        arguments.forEach((name, argument) -> types.put(name, argument.type()));
        var key = new RuleKey(table.name(), filter.text(), Map.copyOf(types));
        return new Compiled(
                condition(key),
                new RuleContext(context.auth(), context.instance(), context.now(), arguments));
    }

    private static Map<String, Argument> arguments(Filter filter) {
        var arguments = new HashMap<String, Argument>();
        filter.arguments()
                .forEach(
                        (name, value) -> {
                            try {
                                arguments.put(name, value.argument());
                            } catch (IllegalArgumentException e) {
                                throw Failure.of(
                                                Reason.FILTER_INVALID,
                                                "args."
                                                        + Refusals.shortened(name)
                                                        + ": no JSON (expected: a document)")
                                        .with("argument", Refusals.shortened(name));
                            }
                        });
        return arguments;
    }

    private Permission condition(RuleKey key) {
        synchronized (kept) {
            var known = kept.get(key);
            if (known != null) {
                return known;
            }
        }
        var condition = compile(key);
        if (key.text().length() <= KEPT_LENGTH_MAX) {
            synchronized (kept) {
                kept.put(key, condition);
                if (kept.size() > KEPT_MAX) {
                    kept.remove(kept.keySet().iterator().next());
                }
            }
        }
        return condition;
    }

    private Permission compile(RuleKey key) {
        var scope = new RuleScope.Filter(key.table(), key.types());
        return switch (compiler.compile(scope, key.text(), RuleLimits.FILTER)) {
            case RuleResult.Compiled(var rule) -> new Permission.If(rule);
            case RuleResult.Refused(var problems) -> throw refused(problems);
        };
    }

    private static Failure refused(List<RuleProblem> problems) {
        var first = problems.getFirst();
        var text =
                problems.stream()
                        .limit(PROBLEMS_MAX)
                        .map(problem -> Refusals.brief(problem.toString()))
                        .collect(Collectors.joining("; "));
        return Failure.of(
                        first.limit() ? Reason.LIMIT_EXCEEDED : Reason.FILTER_INVALID,
                        "filter: " + text)
                .with("line", Integer.toString(first.line()))
                .with("column", Integer.toString(first.column()));
    }
}
