package dev.atoll.cli;

import dev.atoll.cli.connect.CallException;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.client.AtollException;
import dev.atoll.process.SettingsException;
import dev.atoll.wire.Failure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Objects;

/** Says why a command failed, and which exit code that means. Immutable. */
final class FailureReport {
    private FailureReport() {}

    /** Prints one line for each problem; a stack trace only for a defect of ours. */
    static int print(Exception failure, PrintWriter err) {
        switch (failure) {
            case SettingsException settings -> lines(settings.problems(), err);
            case CommandException command -> lines(command.lines(), err);
            case AtollException call -> lines(CallException.of(call).lines(), err);
            case Failure failed -> lines(List.of(failed.message()), err);
            case UncheckedIOException io ->
                    lines(List.of(describe(Objects.requireNonNull(io.getCause()))), err);
            case IOException io -> lines(List.of(describe(io)), err);
            default -> {
                err.println("atoll: this is a defect of Atoll, please report it:");
                failure.printStackTrace(err);
            }
        }
        err.flush();
        return code(failure).number();
    }

    private static ExitCode code(Exception failure) {
        return switch (failure) {
            case SettingsException _ -> ExitCode.USAGE;
            case CommandException command -> command.code();
            case AtollException call -> CallException.of(call).code();
            default -> ExitCode.FAILURE;
        };
    }

    /** Many of the JDK's say only the name of the file, and leave the problem to the class. */
    private static String describe(IOException io) {
        var message = io.getMessage();
        if (io instanceof FileSystemException file && file.getReason() == null) {
            return file.getFile() + ": " + problem(file);
        }
        return io.getClass() == IOException.class && message != null
                ? message
                : io.getClass().getSimpleName() + ": " + message;
    }

    private static String problem(FileSystemException file) {
        return switch (file) {
            case NoSuchFileException _ -> "no such file or folder";
            case NotDirectoryException _ -> "not a folder";
            case DirectoryNotEmptyException _ -> "a folder that is not empty";
            case FileAlreadyExistsException _ -> "exists already";
            case AccessDeniedException _ -> "access denied";
            default -> file.getClass().getSimpleName();
        };
    }

    private static void lines(List<String> lines, PrintWriter err) {
        lines.forEach(line -> err.println("atoll: " + line));
    }
}
