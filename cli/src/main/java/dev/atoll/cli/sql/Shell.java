package dev.atoll.cli.sql;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.process.Nearest;
import io.grpc.Context;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Reads statements from a person and shows what they give. A statement that fails does not end it.
 * One thread at a time.
 */
final class Shell {
    private static final int SUGGESTION_DISTANCE_MAX = 3;

    private final Session session;
    private final Schema schema;
    private final Format format;

    Shell(Session session, Format format) {
        this.session = session;
        this.schema = new Schema(session);
        this.format = format;
    }

    /**
     * Runs on this process's terminal until the user leaves; statements are remembered in a file.
     */
    void run(Path dataFolder) throws IOException {
        try (var terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
            run(terminal, historyFile(dataFolder));
        }
    }

    private void run(Terminal terminal, Path history) {
        var reader =
                LineReaderBuilder.builder()
                        .terminal(terminal)
                        .parser(new StatementParser())
                        .completer(new SqlWords(schema))
                        .variable(LineReader.HISTORY_FILE, history)
                        .variable(LineReader.SECONDARY_PROMPT_PATTERN, "   ...> ")
                        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                        .option(LineReader.Option.CASE_INSENSITIVE, true)
                        .build();
        var out = terminal.writer();
        out.println("SQL of " + session.key() + "; a statement ends with ;  (.help shows more)");
        while (true) {
            try {
                var typed = reader.readLine(session.key() + "> ");
                if (!interruptible(terminal, () -> answer(typed, out))) {
                    return;
                }
            } catch (UserInterruptException e) {
                out.println("(Ctrl-D or .quit leaves)");
            } catch (EndOfFileException e) {
                return;
            }
            out.flush();
        }
    }

    /** Ctrl-C ends the statement that runs, and not the shell. */
    private static boolean interruptible(Terminal terminal, BooleanSupplier work) {
        var running = Context.current().withCancellation();
        var before = terminal.handle(Terminal.Signal.INT, _ -> running.cancel(null));
        var outer = running.attach();
        try {
            return work.getAsBoolean();
        } finally {
            running.detach(outer);
            running.close();
            terminal.handle(Terminal.Signal.INT, before);
        }
    }

    /** Answers what was typed; false if that was to leave. */
    boolean answer(String typed, PrintWriter out) {
        try {
            if (typed.startsWith(".")) {
                return answerDot(typed.strip().split("\\s+", 2), out);
            }
            for (var statement : StatementSplitter.split(typed)) {
                out.print(format.write(session.run(statement)));
            }
        } catch (CommandException e) {
            e.lines().forEach(out::println);
        }
        return true;
    }

    private boolean answerDot(String[] words, PrintWriter out) {
        var command = DotCommand.find(words[0]);
        if (command.isEmpty()) {
            out.println(
                    "there is no "
                            + words[0]
                            + Nearest.of(words[0], DotCommand.names(), SUGGESTION_DISTANCE_MAX)
                                    .map(near -> " (did you mean " + near + "?)")
                                    .orElse(" (.help shows what there is)"));
            return true;
        }
        switch (command.get()) {
            case TABLES -> schema.tables().forEach(out::println);
            case SCHEMA ->
                    schema.statements(words.length > 1 ? words[1] : "").forEach(out::println);
            case HELP -> DotCommand.help().forEach(out::println);
            case QUIT -> {
                return false;
            }
        }
        return true;
    }

    /** In the user's home; in the data folder where there is none that can be written. */
    private static Path historyFile(Path dataFolder) {
        var home = Path.of(System.getProperty("user.home", ""));
        return (Files.isWritable(home)
                        ? home.resolve(".atoll_history")
                        : dataFolder.resolve("sql_history"))
                .toAbsolutePath();
    }
}
