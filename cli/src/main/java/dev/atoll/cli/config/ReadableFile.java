package dev.atoll.cli.config;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.node.blocks.file.BlockFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** A file that a user named. Immutable. */
public final class ReadableFile {
    private ReadableFile() {}

    /** Its text. */
    public static String text(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new CommandException(ExitCode.FAILURE, file + ": a folder (expected: a file)");
        }
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new CommandException(ExitCode.NOT_FOUND, file + ": no such file");
        } catch (CharacterCodingException e) {
            throw new CommandException(ExitCode.FAILURE, file + ": not UTF-8");
        }
    }

    /** What it declares; a failure with every problem if it is not right. */
    public static BlockFile blocks(Path file) throws IOException {
        return switch (BlockFile.read(text(file))) {
            case BlockFile.Result.Wrong(var problems) ->
                    throw new CommandException(
                            ExitCode.FAILURE,
                            problems.stream()
                                    .map(problem -> file + ":" + problem)
                                    .collect(Collectors.joining("\n")));
            case BlockFile.Result.Right(var right) -> right;
        };
    }
}
