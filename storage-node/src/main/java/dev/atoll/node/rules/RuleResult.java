package dev.atoll.node.rules;

import java.util.List;

/** What came of compiling an expression. Immutable. */
public sealed interface RuleResult {
    /** It means this. */
    record Compiled(CompiledRule rule) implements RuleResult {}

    /**
     * It means nothing.
     *
     * @param problems at least one, in the order of the text
     */
    record Refused(List<RuleProblem> problems) implements RuleResult {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
