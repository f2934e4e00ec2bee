package dev.atoll.deploy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program of this machine that a test runs if it is there. Immutable. */
record Tool(Path program) {
    private static final Duration RUN_MAX = Duration.ofSeconds(60);

    static Optional<Tool> find(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Tool::new);
    }

    /** Runs it to its end. */
    Outcome run(Path scratch, List<String> arguments) throws IOException, InterruptedException {
        var line = Stream.concat(Stream.of(program.toString()), arguments.stream()).toList();
        var out = Files.createTempFile(scratch, "out", ".txt");
        var process =
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        if (!process.waitFor(RUN_MAX.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(line + " ran longer than " + RUN_MAX);
        }
        return new Outcome(
                process.exitValue(), Files.readString(out, StandardCharsets.UTF_8).strip());
    }

    /** How a run ended. */
    record Outcome(int exitCode, String output) {}
}
