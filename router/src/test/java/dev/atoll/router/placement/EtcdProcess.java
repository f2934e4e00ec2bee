package dev.atoll.router.placement;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
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

    /** Waits until it answers. */
    public EtcdProcess awaitPort() {
        Eventually.holds(
                Duration.ofSeconds(20),
                () -> {
                    try (var socket = new Socket()) {
                        socket.connect(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPort),
                                200);
                        return true;
                    } catch (IOException e) {
                        return false;
                    }
                });
        return this;
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

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("no free port", e);
        }
    }
}
