package dev.atoll.system.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A real etcd of one member, on ports and data that outlive its restarts. */
public final class EtcdProcess implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(20);
    private static final Duration CALL_MAX = Duration.ofSeconds(5);

    private static final Pattern REVISION = Pattern.compile("\"revision\":\"(\\d+)\"");
    private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]*)\"");

    private final Path data;
    private final OsProcess process;
    private final int clientPort = FreePorts.next();
    private final int peerPort = FreePorts.next();

    /** An etcd that is not started yet. */
    public EtcdProcess(Path folder) {
        data = folder.resolve("etcd");
        process = new OsProcess("etcd", folder.resolve("etcd.log"));
    }

    /** What routers and nodes are given. */
    public String url() {
        return "http://127.0.0.1:" + clientPort;
    }

    /** Starts it, or starts it again, and waits until it answers. */
    public EtcdProcess start() {
        var peer = "http://127.0.0.1:" + peerPort;
        process.start(
                List.of(
                        binary().toString(),
                        "--name=test",
                        "--data-dir=" + data,
                        "--listen-client-urls=" + url(),
                        "--advertise-client-urls=" + url(),
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=test=" + peer,
                        "--log-level=error"),
                // Where a distribution's etcd is built for an architecture etcd calls experimental.
                Map.of("ETCD_UNSUPPORTED_ARCH", System.getProperty("os.arch")));
        Eventually.await("etcd answers", READY_MAX, this::isHealthy);
        return this;
    }

    /** kill -9. */
    public void kill() {
        process.kill();
    }

    /** SIGTERM. */
    public void stop() {
        process.terminate();
    }

    /** SIGSTOP. */
    public void pause() {
        process.pause();
    }

    /** SIGCONT. */
    public void resume() {
        process.resume();
    }

    /** Writes a key, as nobody of ours would. */
    public void put(String key, byte[] value) {
        var _ =
                send(
                        "/v3/kv/put",
                        "{\"key\":\""
                                + base64(key.getBytes(StandardCharsets.UTF_8))
                                + "\",\"value\":\""
                                + base64(value)
                                + "\"}");
    }

    /** The value of a key; empty where there is none. */
    public Optional<byte[]> get(String key) {
        var reply =
                send(
                        "/v3/kv/range",
                        "{\"key\":\"" + base64(key.getBytes(StandardCharsets.UTF_8)) + "\"}");
        var value = VALUE.matcher(reply);
        return value.find()
                ? Optional.of(Base64.getDecoder().decode(value.group(1)))
                : Optional.empty();
    }

    /** Removes a key. */
    public void delete(String key) {
        var _ =
                send(
                        "/v3/kv/deleterange",
                        "{\"key\":\"" + base64(key.getBytes(StandardCharsets.UTF_8)) + "\"}");
    }

    /** Forgets all that was before now. */
    public void compact() {
        var revision = REVISION.matcher(send("/v3/kv/range", "{\"key\":\"AQ==\"}"));
        if (!revision.find()) {
            throw new IllegalStateException("etcd's reply names no revision");
        }
        var _ =
                send(
                        "/v3/kv/compaction",
                        "{\"revision\":\"" + revision.group(1) + "\",\"physical\":true}");
    }

    @Override
    public void close() {
        process.close();
    }

    private boolean isHealthy() {
        try {
            return fetch("/health").contains("true");
        } catch (IOException e) {
            return false;
        }
    }

    private String fetch(String path) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(url() + path)).timeout(CALL_MAX).build());
    }

    private String send(String path, String body) {
        try {
            return send(
                    HttpRequest.newBuilder(URI.create(url() + path))
                            .timeout(CALL_MAX)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String send(HttpRequest request) throws IOException {
        try (var client = HttpClient.newHttpClient()) {
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(
                        request.uri() + ": " + response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static Path binary() {
        return Optional.ofNullable(System.getenv("ATOLL_ETCD"))
                .map(Path::of)
                .or(EtcdProcess::findOnPath)
                .filter(Files::isExecutable)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "etcd is needed and was not found: run ./atoll test, which gets it, or"
                                                + " install it (Debian: apt-get install etcd-server), or name"
                                                + " the binary in ATOLL_ETCD"));
    }

    private static Optional<Path> findOnPath() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "etcd"))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
