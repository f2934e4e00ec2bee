package dev.atoll.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A process that serves until it is closed; it does not outlive this one. Thread-safe. */
final class Daemon implements AutoCloseable {
    private static final Duration STOP_MAX = Duration.ofSeconds(20);
    private static final Duration ASK_EVERY = Duration.ofMillis(100);
    private static final int TAIL_LINES = 20;

    private final String name;
    private final Path log;
    private final Process process;
    private final Thread killer;

    private Daemon(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.killer = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killer);
    }

    /** Starts it; what it prints goes to {@code FOLDER/NAME.log}. */
    static Daemon start(
            String name, Path folder, List<String> command, Map<String, String> environment)
            throws IOException {
        var log = folder.resolve(name + ".log");
        var builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        builder.directory(folder.toFile());
        // Settings of this command's server are not those of the ones that are measured.
        builder.environment().keySet().removeIf(variable -> variable.startsWith("ATOLL_"));
        builder.environment().putAll(environment);
        return new Daemon(name, log, builder.start());
    }

    /** Waits until it serves, as the question answers; a question that throws is a no. */
    Daemon await(Duration most, Callable<Boolean> serves) throws IOException, InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (!answersYes(serves)) {
            if (process.waitFor(ASK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(name + " ended: " + tail());
            }
            if (System.nanoTime() - end > 0) {
                throw new IOException(name + " does not serve after " + most + ": " + tail());
            }
        }
        return this;
    }

    /** Asks it to end, and kills it where it does not. */
    @Override
    public void close() {
        process.destroy();
        boolean interrupted = Thread.interrupted(); // Cleaning up waits, too.
        try {
            if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException e) {
            // It runs already.
        }
    }

    private static boolean answersYes(Callable<Boolean> question) throws InterruptedException {
        try {
            return question.call();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            return false;
        }
    }

    private String tail() throws IOException {
        var lines = Files.readAllLines(log);
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
