package dev.atoll.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The examples of the data modelling guide: what it shows is what is in their files, and each is
 * run as the guide says, against a real server, and prints what the guide shows.
 */
class GuideExamplesIT {
    private static final String GUIDE = "docs/data-modelling.md";
    private static final String HOW_TO_RUN = "## Run the examples";
    private static final long SECONDS_MAX = 120;

    /** An example, by the heading of its section, its folder and its program. */
    enum Example {
        NOTES("## Example: notes per user", "notes", "Notes"),
        WORKSPACES("## Example: workspaces with members", "workspaces", "Workspaces"),
        MARKETPLACE("## Example: a marketplace", "marketplace", "Marketplace"),
        CHAT("## Example: chat channels", "chat", "Chat");

        private final String heading;
        private final String folder;
        private final String program;

        Example(String heading, String folder, String program) {
            this.heading = heading;
            this.folder = folder;
            this.program = program;
        }

        private String file() {
            return "docs/examples/" + folder + "/atoll.yaml";
        }

        private String source() {
            return "docs/examples/" + folder + "/" + program + ".java";
        }

        /** A command that the guide shows for the first example. */
        private String command(String shown, Path data) {
            return shown.replace(NOTES.file(), file())
                    .replace(NOTES.source(), source())
                    .replace(".atoll/notes", data.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theGuideShowsWhatIsInTheFiles(Example example) {
        assertThat(shown(example, "yaml")).containsExactly(Repository.read(example.file()));
        var source = Repository.read(example.source());
        assertThat(shown(example, "java")).isNotEmpty().allMatch(source::contains);
        assertThat(Repository.blocks(Repository.section(GUIDE, HOW_TO_RUN), "java").values())
                .hasSize(1)
                .allMatch(source::contains);
    }

    @ParameterizedTest
    @EnumSource
    void printsWhatTheGuideShows(Example example, @TempDir Path folder) throws Exception {
        var commands =
                Repository.blocks(Repository.section(GUIDE, HOW_TO_RUN), "sh").values().stream()
                        .map(shown -> example.command(shown, folder.resolve("data")))
                        .toList();
        assertThat(commands).hasSize(2);
        var server = List.of(commands.getFirst().strip().split(" ", -1));
        try (var dev = DevProcess.start(folder, server)) {
            dev.awaitOutput(new ExpectedOutput(List.of("…", "Atoll is ready.", "…")));
            assertThat(run(commands.getLast(), dev, folder))
                    .isEqualTo(String.join("", shown(example, "text")));
        }
    }

    private static List<String> shown(Example example, String language) {
        return Repository.blocks(Repository.section(GUIDE, example.heading), language)
                .values()
                .stream()
                .map(block -> block + "\n")
                .toList();
    }

    private static String run(String commands, DevProcess dev, Path folder)
            throws IOException, InterruptedException {
        var out = folder.resolve("example.out");
        var errors = folder.resolve("example.err");
        var builder =
                new ProcessBuilder("sh", "-ec", commands)
                        .directory(Repository.ROOT.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(errors.toFile());
        DevProcess.setEnvironment(builder.environment(), dev.data());
        Map<String, String> environment = builder.environment();
        environment.put("ATOLL_ENDPOINT", dev.endpoint());
        environment.merge(
                "PATH",
                Path.of(System.getProperty("java.home"), "bin").toString(),
                (path, java) -> java + ":" + path);
        var example = builder.start();
        if (!example.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            example.destroyForcibly();
        }
        var said = Files.readString(errors, StandardCharsets.UTF_8);
        assertThat(said).isEmpty();
        assertThat(example.exitValue()).isZero();
        return Files.readAllLines(out).stream().collect(Collectors.joining("\n", "", "\n"));
    }
}
