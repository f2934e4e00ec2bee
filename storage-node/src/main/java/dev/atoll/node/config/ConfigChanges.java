package dev.atoll.node.config;

import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.blocks.file.FileProblem;
import dev.atoll.node.blocks.schema.BlockChanges;
import dev.atoll.node.blocks.schema.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * How a file differs from the one before, a line each, for reading. Immutable.
 *
 * @param all of them, the worst first
 * @param destructive those of them that lose data
 * @param warnings those of them that instances may fail to take, and what deserves a look
 * @param impossible those of them that cannot be done
 */
public record ConfigChanges(
        List<String> all,
        List<String> destructive,
        List<String> warnings,
        List<Change> impossible) {
    /** Nobody reads more; the reply has to fit into a message. */
    private static final int LINES_MAX = 5_000;

    /** The same text. */
    static final ConfigChanges NONE = new ConfigChanges(List.of(), List.of(), List.of(), List.of());

    public ConfigChanges {
        all = cut(all);
        destructive = cut(destructive);
        warnings = cut(warnings);
        impossible = List.copyOf(impossible);
    }

    /** Where nothing was declared before, every namespace was there. */
    static ConfigChanges ofTheFirst(BlockFile file) {
        return of(
                BlockChanges.between(List.of(), file.blocks()),
                file,
                Optional.of(
                        "instances of namespaces that are not declared cannot be called any more;"
                                + " they are kept, and listed"));
    }

    static ConfigChanges between(BlockFile before, BlockFile after) {
        return of(BlockChanges.between(before.blocks(), after.blocks()), after, Optional.empty());
    }

    /** Where this node cannot read what was declared before. */
    static ConfigChanges ofTheUnknown(BlockFile file, long before) {
        var change =
                "version "
                        + before
                        + ": this node cannot read it, nor tell what is lost (expected: a node that"
                        + " is as new as the one that applied it)";
        return new ConfigChanges(
                List.of(change),
                List.of(change),
                file.warnings().stream().map(Object::toString).toList(),
                List.of());
    }

    private static ConfigChanges of(
            List<Change> changes, BlockFile file, Optional<String> warning) {
        return new ConfigChanges(
                lines(changes, _ -> true),
                lines(changes, change -> change.effect() == Change.Effect.DESTRUCTIVE),
                Stream.of(
                                lines(changes, change -> change.effect() == Change.Effect.MAY_FAIL)
                                        .stream(),
                                warning.stream(),
                                file.warnings().stream().map(FileProblem::toString))
                        .flatMap(lines -> lines)
                        .toList(),
                changes.stream()
                        .filter(change -> change.effect() == Change.Effect.IMPOSSIBLE)
                        .limit(LINES_MAX)
                        .toList());
    }

    private static List<String> lines(List<Change> changes, Predicate<Change> wanted) {
        return changes.stream().filter(wanted).map(Change::toString).toList();
    }

    private static List<String> cut(List<String> lines) {
        if (lines.size() <= LINES_MAX) {
            return List.copyOf(lines);
        }
        var first = new ArrayList<>(lines.subList(0, LINES_MAX));
        first.add("and " + (lines.size() - LINES_MAX) + " more");
        return List.copyOf(first);
    }
}
