package dev.atoll.cli.admin;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.journal.JournalDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at a node's journal, on its disk. One thread at a time. */
@Command(name = "journal", description = "Look at a node's journal.")
public final class JournalCommand {
    @Spec private @Nullable CommandSpec spec;

    @Command(
            name = "dump",
            description =
                    "Print what is in a journal, a line for each record. Changes nothing; the node may"
                            + " be running.")
    int dump(
            @Parameters(
                            paramLabel = "DIR",
                            description = "The data folder of a node, or the journal in it")
                    Path directory)
            throws IOException {
        var inside = directory.resolve("journal");
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        try {
            int damaged =
                    JournalDump.print(
                            SystemDisk.INSTANCE,
                            Files.isDirectory(inside) ? inside : directory,
                            out);
            return (damaged == 0 ? ExitCode.OK : ExitCode.DAMAGED).number();
        } catch (NoSuchFileException e) {
            throw new CommandException(ExitCode.NOT_FOUND, directory + ": no journal is there");
        } finally {
            out.flush();
        }
    }
}
