package dev.atoll.system.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process of the operating system that can be started, signalled and started again, its output in
 * a log file. Those still running when the tests end are killed.
 */
final class OsProcess implements AutoCloseable {
    private static final Duration STOP_MAX = Duration.ofSeconds(20);
    private static final int TAIL_LINES = 60;
    private static final Set<OsProcess> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(OsProcess::kill)));
    }

    private final String name;
    private final Path log;
    private @Nullable Process process;

    OsProcess(String name, Path log) {
        this.name = name;
        this.log = log;
    }

    /** The ends of the logs of all that is running, for the report of a failed test. */
    static String tails() {
        var text = new StringBuilder();
        RUNNING.forEach(running -> text.append(running.tail()));
        return text.toString();
    }

    void start(List<String> command, Map<String, String> environment) {
        var builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("ATOLL_"));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " could not be started: " + e.getMessage(), e);
        }
        RUNNING.add(this);
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        return running().pid();
    }

    /** kill -9. */
    void kill() {
        if (process != null) {
            process.destroyForcibly();
            awaitExit();
        }
    }

    /** SIGTERM, and returns the exit code. */
    int terminate() {
        running().destroy();
        return awaitExit();
    }

    /** SIGSTOP. */
    void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
    }

    /** Waits for the end and returns the exit code. */
    int awaitExit() {
        try {
            if (!running().waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(name + " did not end within " + STOP_MAX + tail());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        RUNNING.remove(this);
        return running().exitValue();
    }

    String log() {
        try {
            return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String tail() {
        var lines = log().lines().toList();
        var last = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
        return "\n---- " + name + " (" + log + ")\n" + String.join("\n", last) + "\n";
    }

    @Override
    public void close() {
        kill();
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process;
    }

    private void signal(String signal) {
        try {
            var kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + signal + " " + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
