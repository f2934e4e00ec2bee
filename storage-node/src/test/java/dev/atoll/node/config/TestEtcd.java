package dev.atoll.node.config;

import dev.atoll.node.TestNode;
import dev.atoll.node.lease.EtcdSettings;
import dev.atoll.wire.EtcdLayout;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A real etcd on free loopback ports, which can be stopped and started again. */
final class TestEtcd implements AutoCloseable {
    private final Path data;
    private final int clientPort = freePort();
    private final int peerPort = freePort();
    private Process process;

    TestEtcd(Path data) throws IOException {
        this.data = data;
        this.process = launch();
        awaitAnswer();
    }

    /** How a node of that cluster reaches it. */
    EtcdSettings settings(String cluster) {
        return new EtcdSettings(
                List.of(url()),
                new EtcdLayout(cluster),
                new EtcdSettings.Tls(Optional.empty(), Optional.empty(), Optional.empty()),
                16,
                new EtcdSettings.Advertised("", 1));
    }

    void stop() {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void startAgain() throws IOException {
        process = launch();
        awaitAnswer();
    }

    @Override
    public void close() {
        stop();
    }

    private void awaitAnswer() throws IOException {
        TestNode.eventually(this::isHealthy);
    }

    private boolean isHealthy() {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(url() + "/health")).build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body().contains("true");
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String url() {
        return "http://127.0.0.1:" + clientPort;
    }

    private Process launch() throws IOException {
        var peers = "http://127.0.0.1:" + peerPort;
        var builder =
                new ProcessBuilder(
                        Optional.ofNullable(System.getenv("ATOLL_ETCD")).orElse("etcd"),
                        "--data-dir=" + data,
                        "--listen-client-urls=" + url(),
                        "--advertise-client-urls=" + url(),
                        "--listen-peer-urls=" + peers,
                        "--initial-advertise-peer-urls=" + peers,
                        "--initial-cluster=default=" + peers);
        builder.environment().put("ETCD_UNSUPPORTED_ARCH", System.getProperty("os.arch"));
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Below the range from which systems take the ports of outgoing connections. */
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
