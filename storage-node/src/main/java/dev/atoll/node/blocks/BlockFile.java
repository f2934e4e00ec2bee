package dev.atoll.node.blocks;

import java.util.ArrayList;
import java.util.List;

/**
 * A file that declares namespaces, read and found right. Immutable.
 *
 * @param blocks in the order of the file
 * @param warnings what deserves a look
 */
public record BlockFile(List<Block> blocks, List<FileProblem> warnings) {
    public BlockFile {
        blocks = List.copyOf(blocks);
        warnings = List.copyOf(warnings);
    }

    /** What came of reading a file. */
    public sealed interface Result {
        /** It is right. */
        record Right(BlockFile file) implements Result {}

        /**
         * It is wrong.
         *
         * @param problems all that were found, at least one, in the order of the file
         */
        record Wrong(List<FileProblem> problems) implements Result {
            public Wrong {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Reads the text of a file, and compiles its rules. */
    public static Result read(String text) {
        var problems = new ArrayList<FileProblem>();
        var warnings = new ArrayList<FileProblem>();
        var lines = text.lines().toArray(String[]::new);
        var root = new YamlReader(problems).read(text, FileShape.FILE);
        var blocks =
                root.map(Item.Entries.class::cast)
                        .flatMap(file -> file.entries("databases"))
                        .map(
                                databases ->
                                        new BlockParser(lines, problems, warnings)
                                                .blocks(databases))
                        .orElse(List.of());
        return problems.isEmpty()
                ? new Result.Right(
                        new BlockFile(blocks, warnings.stream().sorted().distinct().toList()))
                : new Result.Wrong(problems.stream().sorted().distinct().toList());
    }

    /** The JSON Schema of a file, for editors. */
    public static String jsonSchema() {
        return JsonSchema.of(FileShape.FILE);
    }
}
