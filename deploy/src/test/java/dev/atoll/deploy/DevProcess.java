package dev.atoll.deploy;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./atoll dev} as a reader of the README starts it, but with a data folder and ports of its
 * own. One thread at a time (the test's).
 */
final class DevProcess implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Path data;
    private final Path log;
    private final Process process;

    private DevProcess(Path data, Path log, Process process) {
        this.data = data;
        this.log = log;
        this.process = process;
    }

    static DevProcess start(Path folder) throws IOException {
        return start(folder, List.of("./atoll", "dev"));
    }

    /** The same by another command, which may name {@code data} in the folder, and no other. */
    static DevProcess start(Path folder, List<String> command) throws IOException {
        var data = folder.resolve("data");
        var log = folder.resolve("dev.log");
        var builder =
                new ProcessBuilder(command)
                        .directory(Repository.ROOT.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        setEnvironment(builder.environment(), data);
        return new DevProcess(data, log, builder.start());
    }

    /** What commands of the tour see, so that they find this server and no other. */
    static void setEnvironment(Map<String, String> environment, Path data) {
        environment.keySet().removeIf(name -> name.startsWith("ATOLL_"));
        environment.put("ATOLL_JAVA_HOME", System.getProperty("java.home"));
        environment.put("ATOLL_DATA", data.toString());
        environment.put("ATOLL_PORT", "0");
        environment.put("ATOLL_HTTP_PORT", "0");
    }

    Path data() {
        return data;
    }

    /** Waits until all it has printed fits. */
    void awaitOutput(ExpectedOutput expected) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_MAX.toNanos();
        while (!expected.fits(output())) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new AssertionError(expected.difference("./atoll dev", output()));
            }
            if (process.waitFor(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("./atoll dev ended:\n" + output());
            }
        }
    }

    /** What it printed, with the addresses and folder that a reader would see. */
    String output() throws IOException {
        return asReadersSee(Files.readString(log, StandardCharsets.UTF_8));
    }

    /** The text with this server's addresses and folder replaced by the usual ones. */
    String asReadersSee(String text) throws IOException {
        var note = data.resolve("dev.json");
        var seen = text;
        if (Files.exists(note)) {
            seen =
                    seen.replace(address("endpoint"), "127.0.0.1:7400")
                            .replace(address("http"), "127.0.0.1:7480");
        }
        return seen.replace(data.toString(), ".atoll/dev");
    }

    /** HOST:PORT of its router. */
    String endpoint() throws IOException {
        return address("endpoint");
    }

    /** SIGTERM, and waits for the end. */
    @Override
    public void close() {
        process.destroy();
        try {
            process.onExit().orTimeout(STOP_MAX.toSeconds(), TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            process.destroyForcibly();
            throw new AssertionError("./atoll dev did not stop within " + STOP_MAX, e);
        }
    }

    private String address(String field) throws IOException {
        return JsonParser.parseString(Files.readString(data.resolve("dev.json")))
                .getAsJsonObject()
                .get(field)
                .getAsString();
    }
}
