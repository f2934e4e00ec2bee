package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Every command that a page names is one, and so is every option that it names with it. */
class CommandsInDocsTest {
    private static final Path ROOT = Path.of("..");

    /** Up to the end of the code, of the command or of its line. */
    private static final Pattern COMMAND = Pattern.compile("\\./atoll ([^`|#\\n;&)>]*)");

    private static final Pattern WORD = Pattern.compile("[a-z][a-z-]*");
    private static final Pattern OPTION = Pattern.compile("(--[a-z][a-z-]*).*");

    /** What the shell script does itself. */
    private static final Set<String> OF_THE_SCRIPT = Set.of("test");

    @Test
    void eachIsThere() throws IOException {
        var wrong = new ArrayList<String>();
        var seen = new TreeSet<String>();
        for (var page : pages()) {
            COMMAND.matcher(Files.readString(page))
                    .results()
                    .forEach(
                            found -> {
                                var words = List.of(found.group(1).trim().split("\\s+"));
                                seen.add(words.getFirst());
                                problem(words)
                                        .forEach(
                                                problem ->
                                                        wrong.add(
                                                                ROOT.relativize(page)
                                                                        + ": ./atoll "
                                                                        + found.group(1)
                                                                        + ": "
                                                                        + problem));
                            });
        }
        assertThat(wrong).isEmpty();
        assertThat(seen).contains("dev", "config", "bench", "instance");
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> problem(List<String> words) {
        if (OF_THE_SCRIPT.contains(words.getFirst())) {
            return List.of();
        }
        var problems = new ArrayList<String>();
        CommandLine command = Atoll.commandLine();
        int i = 0;
        while (i < words.size()
                && !command.getSubcommands().isEmpty()
                && WORD.matcher(words.get(i)).matches()) {
            var next = command.getSubcommands().get(words.get(i));
            if (next == null) {
                return List.of(words.get(i) + " is no command");
            }
            command = next;
            i++;
        }
        for (var word : words.subList(i, words.size())) {
            var option = OPTION.matcher(word);
            if (option.matches() && command.getCommandSpec().findOption(option.group(1)) == null) {
                problems.add(option.group(1) + " is no option");
            }
        }
        return problems;
    }
}
