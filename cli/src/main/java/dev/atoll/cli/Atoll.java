package dev.atoll.cli;

import dev.atoll.cli.admin.ClusterCommand;
import dev.atoll.cli.admin.InstanceCommand;
import dev.atoll.cli.admin.JournalCommand;
import dev.atoll.cli.bench.BenchCommand;
import dev.atoll.cli.codegen.CodegenCommand;
import dev.atoll.cli.config.ConfigCommand;
import dev.atoll.cli.credentials.TokenCommand;
import dev.atoll.cli.demo.DemoCommand;
import dev.atoll.cli.serve.DevCommand;
import dev.atoll.cli.serve.NodeCommand;
import dev.atoll.cli.serve.RouterCommand;
import dev.atoll.cli.sql.SqlCommand;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.process.Nearest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code atoll} command. One thread at a time (the main thread). */
public final class Atoll {
    private static final int HELP_WIDTH = 110;

    /** Names further away than this are not what the user meant. */
    private static final int SUGGESTION_DISTANCE_MAX = 3;

    private static final SequencedMap<String, Supplier<Object>> COMMANDS = commands();

    private Atoll() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        Logging.configure(arguments.length == 0 ? "" : arguments[0]);
        int code = commandLine(arguments).execute(arguments);
        // A print stream notes that it could not write, and says nothing.
        if (System.out.checkError()) {
            System.err.println("atoll: the output could not be written");
            code = ExitCode.FAILURE.number();
        }
        System.exit(code);
    }

    /** The command and all its subcommands. */
    static CommandLine commandLine() {
        return commandLine(new String[0]);
    }

    /**
     * The command with the subcommand that the arguments begin with, or with all where they do not:
     * looking at the options of every command takes a tenth of a second.
     */
    private static CommandLine commandLine(String[] arguments) {
        var root = CommandSpec.create().name("atoll");
        root.usageMessage()
                .description("A SQLite database of its own for every user, team or device.")
                .synopsisSubcommandLabel("COMMAND")
                .commandListHeading("%nCommands:%n")
                .footer(footer());
        var commandLine = new CommandLine(root);
        var wanted = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
        (wanted == null ? COMMANDS.values() : List.of(wanted))
                .forEach(command -> commandLine.addSubcommand(command.get()));
        addHelp(commandLine);
        commandLine.setParameterExceptionHandler(Atoll::refuse);
        commandLine.setExecutionExceptionHandler(
                (failure, command, parsed) -> FailureReport.print(failure, command.getErr()));
        commandLine.setExecutionStrategy(Atoll::run);
        return commandLine;
    }

    /** In the order in which help lists them. */
    private static SequencedMap<String, Supplier<Object>> commands() {
        var commands = new LinkedHashMap<String, Supplier<Object>>();
        commands.put("dev", DevCommand::create);
        commands.put("router", RouterCommand::create);
        commands.put("node", NodeCommand::create);
        commands.put("sql", SqlCommand::new);
        commands.put("token", TokenCommand::new);
        commands.put("instance", InstanceCommand::new);
        commands.put("config", ConfigCommand::new);
        commands.put("codegen", CodegenCommand::new);
        commands.put("cluster", ClusterCommand::new);
        commands.put("journal", JournalCommand::new);
        commands.put("demo", DemoCommand::new);
        commands.put("bench", BenchCommand::new);
        commands.put("warm-up", WarmUp::new);
        return commands;
    }

    private static int run(CommandLine.ParseResult parsed) {
        var leaf = parsed;
        while (leaf.hasSubcommand()) {
            leaf = leaf.subcommand();
        }
        var command = leaf.commandSpec().commandLine();
        boolean groups = !(command.getCommand() instanceof Callable);
        if (groups && !leaf.isUsageHelpRequested() && !command.getSubcommands().isEmpty()) {
            command.usage(command.getOut());
            return parsed.hasSubcommand() ? ExitCode.USAGE.number() : ExitCode.OK.number();
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int refuse(ParameterException problem, String[] arguments) {
        var command = problem.getCommandLine();
        var err = command.getErr();
        var subcommands = command.getSubcommands().keySet();
        if (problem instanceof UnmatchedArgumentException unmatched
                && !subcommands.isEmpty()
                && !unmatched.getUnmatched().getFirst().startsWith("-")) {
            var typed = unmatched.getUnmatched().getFirst();
            err.println(
                    "atoll: there is no command '"
                            + typed
                            + "'"
                            + Nearest.of(typed, subcommands, SUGGESTION_DISTANCE_MAX)
                                    .map(near -> " (did you mean '" + near + "'?)")
                                    .orElse(""));
        } else {
            err.println("atoll: " + problem.getMessage());
            suggestOption(problem, command, err);
        }
        err.println("atoll: see ./" + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return ExitCode.USAGE.number();
    }

    private static void suggestOption(
            ParameterException problem, CommandLine command, PrintWriter err) {
        if (problem instanceof UnmatchedArgumentException unmatched
                && unmatched.isUnknownOption()) {
            var typed = unmatched.getUnmatched().getFirst().replaceFirst("=.*", "");
            Nearest.of(
                            typed,
                            command.getCommandSpec().optionsMap().keySet(),
                            SUGGESTION_DISTANCE_MAX)
                    .ifPresent(near -> err.println("atoll: did you mean '" + near + "'?"));
        }
    }

    private static void addHelp(CommandLine command) {
        var spec = command.getCommandSpec();
        spec.usageMessage().width(HELP_WIDTH);
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help")
                        .build());
        command.getSubcommands().values().forEach(Atoll::addHelp);
    }

    private static String[] footer() {
        var lines = new ArrayList<String>();
        lines.add("");
        lines.add("./atoll test runs every test of the sources.");
        lines.add("");
        lines.add("Exit codes:");
        ExitCode.help().forEach(line -> lines.add("  " + line));
        lines.add("");
        lines.addAll(
                List.of(
                        "Client commands find a local dev server by themselves; else they take --endpoint and --token,",
                        "or ATOLL_ENDPOINT and ATOLL_TOKEN."));
        return lines.toArray(String[]::new);
    }
}
