package dev.atoll.cli.serve;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.process.Setting;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Turns declared settings into the flags of a command, so that its {@code --help} is the reference.
 *
 * <p>Flags that are not known are kept too: the check of the settings reports them, with the
 * nearest name, together with everything else that is wrong. One thread at a time (the command's).
 */
final class SettingFlags {
    private static final String FILE_FLAG = "--settings";

    private final CommandSpec spec;
    private final List<Setting> settings;

    private SettingFlags(CommandSpec spec, List<Setting> settings) {
        this.spec = spec;
        this.settings = List.copyOf(settings);
    }

    /** What runs once the command line is read. */
    interface Action {
        int run(SettingFlags flags) throws Exception;
    }

    /** The command whose flags are these settings. */
    static CommandSpec command(
            String name, List<String> description, List<Setting> settings, Action action) {
        var self = new SettingFlags[1];
        Callable<Integer> callable = () -> action.run(self[0]);
        var spec = CommandSpec.wrapWithoutInspection(callable).name(name);
        self[0] = new SettingFlags(spec, settings);
        spec.parser().unmatchedArgumentsAllowed(true);
        spec.usageMessage()
                .sortOptions(false)
                .abbreviateSynopsis(true)
                .description(escaped(description))
                .footer(
                        "",
                        "Each of them can also come from the environment (--http-port: ATOLL_HTTP_PORT) or from a",
                        "line of the settings file (http-port = 7480). Flags win over the environment, and that",
                        "over the file.");
        settings.forEach(setting -> spec.addOption(option(setting)));
        spec.addOption(
                OptionSpec.builder(FILE_FLAG)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("A file with settings, a 'name = value' a line")
                        .build());
        return spec;
    }

    /** The settings that this command knows. */
    List<Setting> settings() {
        return settings;
    }

    /** What was given on the command line, by name; names that are not ours among them. */
    Map<String, String> given() {
        var given = new LinkedHashMap<String, String>();
        for (var option : parsed().matchedOptions()) {
            var name = option.longestName().replaceFirst("^--", "");
            if (settings.stream().anyMatch(setting -> setting.name().equals(name))) {
                given.put(name, option.getValue());
            }
        }
        var unmatched = parsed().unmatched();
        if (!unmatched.isEmpty() && !unmatched.getFirst().startsWith("--")) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "'" + unmatched.getFirst() + "' (expected: flags alone, as --port 7400)");
        }
        addUnknown(unmatched, given);
        return given;
    }

    /** The settings file, or null. */
    @Nullable Path file() {
        return parsed().matchedOptionValue(FILE_FLAG, null);
    }

    /** Where the command prints. */
    java.io.PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private ParseResult parsed() {
        return spec.commandLine().getParseResult();
    }

    private static void addUnknown(List<String> words, Map<String, String> given) {
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            if (!word.startsWith("--")) {
                given.put("argument " + word, "");
                continue;
            }
            int equals = word.indexOf('=');
            if (equals > 0) {
                given.put(word.substring(2, equals), word.substring(equals + 1));
            } else if (i + 1 < words.size() && !words.get(i + 1).startsWith("--")) {
                given.put(word.substring(2), words.get(++i));
            } else {
                given.put(word.substring(2), "true");
            }
        }
    }

    private static OptionSpec option(Setting setting) {
        boolean isSwitch =
                setting.defaultText().equals("true") || setting.defaultText().equals("false");
        var text =
                setting.meaning()
                        + (setting.defaultText().isEmpty()
                                ? ""
                                : " (default: " + setting.defaultText() + ")");
        var option =
                OptionSpec.builder("--" + setting.name())
                        .type(String.class)
                        .paramLabel(isSwitch ? "true|false" : "VALUE")
                        .description(escaped(List.of(text)));
        if (isSwitch) {
            option.arity("0..1").fallbackValue("true");
        }
        return option.build();
    }

    /** The library takes the texts of its help for formats. */
    private static String[] escaped(List<String> lines) {
        return lines.stream().map(line -> line.replace("%", "%%")).toArray(String[]::new);
    }
}
