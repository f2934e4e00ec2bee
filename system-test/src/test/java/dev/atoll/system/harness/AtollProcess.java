package dev.atoll.system.harness;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code atoll router}, {@code atoll node} or {@code atoll dev} as a process, on ports that outlive
 * its restarts.
 */
public final class AtollProcess implements AutoCloseable {
    private static final String MAIN = "dev.atoll.cli.Atoll";

    /** Long tests run beside builds, on machines that are busy for minutes. */
    private static final Duration READY_MAX = Duration.ofMinutes(2);

    private static final Duration HTTP_MAX = Duration.ofSeconds(5);

    private final String command;
    private final OsProcess process;
    private final Map<String, String> settings = new TreeMap<>();
    private final List<String> jvmFlags =
            new ArrayList<>(
                    List.of(
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+ExitOnOutOfMemoryError",
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow"));

    /**
     * A process that is not started yet, with free ports.
     *
     * @param name of its log file
     * @param command the first word after {@code atoll}
     * @param folder where its log goes
     */
    public AtollProcess(String name, String command, Path folder) {
        this.command = command;
        process = new OsProcess(name, folder.resolve(name + ".log"));
        with("port", FreePorts.next());
        with("http-port", FreePorts.next());
    }

    /** Adds or replaces a setting; holds from the next start on. */
    public AtollProcess with(String setting, Object value) {
        settings.put(setting, value.toString());
        return this;
    }

    /** Takes a setting away again. */
    public AtollProcess without(String setting) {
        settings.remove(setting);
        return this;
    }

    /** Adds a flag of the JVM, such as another heap. */
    public AtollProcess withJvmFlag(String flag) {
        jvmFlags.add(flag);
        return this;
    }

    /** Starts it; see {@link #awaitReady()}. */
    public AtollProcess start() {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(jvmFlags);
        line.addAll(List.of("-cp", classPath(), MAIN, command));
        settings.forEach(
                (name, value) ->
                        line.add(value.equals("true") ? "--" + name : "--" + name + "=" + value));
        process.start(line, Map.of());
        return this;
    }

    /** Waits until {@code /readyz} says yes; fails with the end of the log. */
    public AtollProcess awaitReady() {
        try {
            Eventually.await(
                    command + " is ready",
                    READY_MAX,
                    () -> {
                        if (!process.isAlive()) {
                            throw new AssertionError(command + " ended: " + process.tail());
                        }
                        return http("/readyz").status() == 200;
                    });
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + "\n" + http("/readyz").body() + process.tail(), e);
        }
        return this;
    }

    /** Waits until it has ended by itself and returns the exit code. */
    public int awaitExit() {
        return process.awaitExit();
    }

    /** kill -9. */
    public void kill() {
        process.kill();
    }

    /** SIGTERM; returns the exit code. */
    public int terminate() {
        return process.terminate();
    }

    /** SIGSTOP. */
    public void pause() {
        process.pause();
    }

    /** SIGCONT. */
    public void resume() {
        process.resume();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int port() {
        return Integer.parseInt(settings.getOrDefault("port", ""));
    }

    public long pid() {
        return process.pid();
    }

    /** All that it has printed. */
    public String log() {
        return process.log();
    }

    /** What a page of the operator's port says; status 0 where it cannot be asked. */
    public HttpAnswer http(String path) {
        var uri = URI.create("http://127.0.0.1:" + settings.get("http-port") + path);
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(uri).timeout(HTTP_MAX).build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return new HttpAnswer(response.statusCode(), response.body());
        } catch (IOException e) {
            return new HttpAnswer(0, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    /** What a page says. */
    public record HttpAnswer(int status, String body) {}

    private static String classPath() {
        // Where the test runner hides the class path in a manifest, it tells it in this property.
        var path =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        var absolute = new ArrayList<String>();
        for (var part : path.split(File.pathSeparator, -1)) {
            absolute.add(Path.of(part).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, absolute);
    }
}
