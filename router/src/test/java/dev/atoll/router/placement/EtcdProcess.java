package dev.atoll.router.placement;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A real etcd on free loopback ports, which can be stopped and started again. */
public final class EtcdProcess implements AutoCloseable {
    private final Path data;
    private final int clientPort = freePort();
    private final int peerPort = freePort();
    private Process process;

    public EtcdProcess(Path data) throws IOException {
        this.data = data;
        this.process = launch();
    }

    public String url() {
        return "http://127.0.0.1:" + clientPort;
    }

    /** Stops it; its data stays. */
    public void stop() {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts it again with its data. */
    public void startAgain() throws IOException {
        process = launch();
        awaitPort();
    }

    /**
     * Waits until it has a leader, and not only a port: killed before, it may not find its feet
     * again.
     */
    public EtcdProcess awaitPort() {
        Eventually.holds(Duration.ofSeconds(30), this::isHealthy);
        return this;
    }

    private boolean isHealthy() {
        try (var http = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create(url() + "/health"))
                            .timeout(Duration.ofSeconds(1))
                            .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body().contains("true");
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        stop();
    }

    private Process launch() throws IOException {
        var peers = "http://127.0.0.1:" + peerPort;
        return new ProcessBuilder(
                        Optional.ofNullable(System.getenv("ATOLL_ETCD")).orElse("etcd"),
                        "--data-dir",
                        data.toString(),
                        "--listen-client-urls",
                        url(),
                        "--advertise-client-urls",
                        url(),
                        "--listen-peer-urls",
                        peers,
                        "--initial-advertise-peer-urls",
                        peers,
                        "--initial-cluster",
                        "default=" + peers)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /**
     * Below the range from which systems take the ports of outgoing connections: a client that
     * tries to reach a port of that range while nobody listens on it may connect to itself.
     */
    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
            try (var socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (BindException e) {
                // In use: another one, then.
            }
        }
    }
}
