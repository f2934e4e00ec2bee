package dev.atoll.node.blocks.file;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.sqlite.ScratchDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /**
     * Reads the text of a file, and compiles its rules. Rules may name any claim of a token.
     *
     * <p>Takes some milliseconds, and seconds for a file of ten thousand tables.
     */
    public static Result read(String text) {
        return read(text, Map.of());
    }

    /**
     * The same, where claims are declared.
     *
     * @param claims their types by name; a rule may name no others. Any, if there are none
     */
    public static Result read(String text, Map<String, FieldType> claims) {
        var problems = new Problems();
        List<Block> blocks = List.of();
        try (var scratch = ScratchDatabase.open()) {
            var root = new YamlReader(problems).read(text, FileShape.FILE);
            blocks =
                    root.map(Item.Entries.class::cast)
                            .flatMap(file -> file.entries("databases"))
                            .map(
                                    databases ->
                                            new BlockParser(
                                                            Place.lines(text),
                                                            claims,
                                                            problems,
                                                            scratch)
                                                    .blocks(databases))
                            .orElse(List.of());
        } catch (Problems.TooMany e) {
            return new Result.Wrong(problems.all());
        }
        return problems.all().isEmpty()
                ? new Result.Right(new BlockFile(blocks, problems.warnings()))
                : new Result.Wrong(problems.all());
    }

    /** The block of that name. */
    public Optional<Block> find(String name) {
        return blocks.stream().filter(block -> block.name().equals(name)).findFirst();
    }

    /** The JSON Schema of a file, for editors. */
    public static String jsonSchema() {
        return JsonSchema.of(FileShape.FILE);
    }
}
