package dev.atoll.cli.config;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The text of a file that a user named. Immutable. */
public final class ReadableFile {
    private ReadableFile() {}

    /** Throws a {@link CommandException} that names it. */
    public static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new CommandException(ExitCode.NOT_FOUND, file + ": no such file");
        } catch (CharacterCodingException e) {
            throw new CommandException(ExitCode.FAILURE, file + ": not UTF-8");
        }
    }
}
