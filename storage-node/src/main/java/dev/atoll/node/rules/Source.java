package dev.atoll.node.rules;

import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;

/** The text of an expression, and where in it things are. Immutable. */
final class Source {
    private static final int SHOWN_MAX = 64;

    private final CelSource source;

    Source(CelSource source) {
        this.source = source;
    }

    /** Cut to what is worth showing. */
    static String shortened(String text) {
        return text.length() <= SHOWN_MAX
                ? text
                : text.substring(0, text.offsetByCodePoints(0, SHOWN_MAX / 2)) + "…";
    }

    /** The macro that a part was written as; empty if it was none. */
    String macro(long expression) {
        var call = source.getMacroCalls().get(expression);
        return call == null ? "" : call.call().function();
    }

    RuleProblem problem(long expression, String reason, boolean limit) {
        return at(offset(expression), reason, limit);
    }

    /** At the name that follows the dot of a selection. */
    RuleProblem problemAtName(long selection, String reason) {
        // What has() asks for is a part of its own.
        var macro = source.getMacroCalls().get(selection);
        int offset = offset(macro == null ? selection : macro.call().args().getFirst().id());
        return at(codePoint(offset) == '.' ? offset + 1 : offset, reason, false);
    }

    /** At the name of a function, whose own place is its parenthesis. */
    RuleProblem problemAtFunction(long call, String function, String reason) {
        int offset = offset(call);
        int start = offset - function.codePointCount(0, function.length());
        boolean before = start >= 0;
        for (int i = 0; before && i < offset - start; i++) {
            before =
                    codePoint(start + i) == function.codePointAt(function.offsetByCodePoints(0, i));
        }
        return at(before ? start : offset, reason, false);
    }

    /** What the library found. */
    static RuleProblem problem(CelIssue issue) {
        var place = issue.getSourceLocation();
        return new RuleProblem(
                Math.max(1, place.getLine()),
                Math.max(0, place.getColumn()) + 1,
                CelMessages.reason(issue.getMessage()),
                CelMessages.isLimit(issue.getMessage()));
    }

    private int offset(long expression) {
        return source.getPositionsMap().getOrDefault(expression, 0);
    }

    private int codePoint(int offset) {
        return offset < source.getContent().size() ? source.getContent().get(offset) : 0;
    }

    private RuleProblem at(int offset, String reason, boolean limit) {
        var place = source.getOffsetLocation(offset);
        return new RuleProblem(
                place.map(found -> found.getLine()).orElse(1),
                place.map(found -> found.getColumn()).orElse(0) + 1,
                reason,
                limit);
    }
}
