package dev.atoll.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of the README against a real server and compares what they print. */
class ReadmeTourIT {
    private static final String SERVER = "./atoll dev";
    private static final String MARK = "== end of step ";
    private static final long TOUR_SECONDS_MAX = 240;

    @Test
    void tourPrintsWhatTheReadmeShows(@TempDir Path folder) throws Exception {
        var steps = steps();
        assertThat(steps).hasSizeGreaterThan(5);
        assertThat(steps.getFirst().command()).isEqualTo(SERVER);

        try (var server = DevProcess.start(folder)) {
            server.awaitOutput(steps.getFirst().expected());
            var others = steps.subList(1, steps.size());
            var printed = run(others, server, folder);

            for (int i = 0; i < others.size(); i++) {
                var step = others.get(i);
                assertThat(step.expected().fits(printed.get(i)))
                        .as(step.expected().difference(step.command(), printed.get(i)))
                        .isTrue();
            }
        }
    }

    /** Runs all commands in one shell, as a reader does; what each printed. */
    private static List<String> run(List<Step> steps, DevProcess server, Path folder)
            throws IOException, InterruptedException {
        var script = new StringBuilder();
        for (var step : steps) {
            script.append(step.command()).append("\necho\necho '").append(MARK).append("'\n");
        }
        var out = folder.resolve("tour.log");
        var builder =
                new ProcessBuilder(
                                "sh",
                                Files.writeString(folder.resolve("tour.sh"), script).toString())
                        .directory(Repository.ROOT.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile());
        DevProcess.setEnvironment(builder.environment(), server.data());
        var shell = builder.start();
        if (!shell.waitFor(TOUR_SECONDS_MAX, TimeUnit.SECONDS)) {
            shell.destroyForcibly();
            throw new AssertionError("the tour did not end:\n" + Files.readString(out));
        }
        var text = server.asReadersSee(Files.readString(out, StandardCharsets.UTF_8));
        var printed = List.of(text.split(MARK, -1));
        assertThat(printed).as(text).hasSize(steps.size() + 1);
        return printed;
    }

    private static List<Step> steps() {
        var steps = new ArrayList<Step>();
        for (var block : Repository.blocks("README.md", "console").values()) {
            var command = new StringBuilder();
            var expected = new ArrayList<String>();
            for (var line : block.lines().toList()) {
                if (line.startsWith("$ ")) {
                    addStep(command, expected, steps);
                    command.append(line.substring(2));
                } else if (line.startsWith("> ")) {
                    command.append('\n').append(line.substring(2));
                } else {
                    expected.add(line);
                }
            }
            addStep(command, expected, steps);
        }
        return steps;
    }

    private static void addStep(StringBuilder command, List<String> expected, List<Step> steps) {
        if (!command.isEmpty()) {
            steps.add(new Step(command.toString(), new ExpectedOutput(expected)));
        }
        command.setLength(0);
        expected.clear();
    }

    /** One command of the README and what it shows below it. */
    private record Step(String command, ExpectedOutput expected) {}
}
