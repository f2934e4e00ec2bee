package dev.atoll.bench.peers;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Commands that run to their end. Immutable. */
final class Command {
    private Command() {}

    /** What it printed; throws if it failed. */
    static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        var result = execute(folder, command);
        if (result.code() != 0) {
            throw new IOException(
                    String.join(" ", command)
                            + ": exit code "
                            + result.code()
                            + ": "
                            + result.output().strip());
        }
        return result.output();
    }

    /** The first line that it prints, whatever its exit code. */
    static String firstLine(List<String> command) throws IOException, InterruptedException {
        return execute(Path.of("."), command).output().lines().findFirst().orElse("").strip();
    }

    /** A program on the PATH. */
    static Optional<Path> find(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private record Result(int code, String output) {}

    private static Result execute(Path folder, List<String> command)
            throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        try {
            process.getOutputStream().close();
            var output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } finally {
            process.destroyForcibly();
        }
    }
}
