package dev.atoll.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An etcd of one member on free ports. Thread-safe. */
final class Etcd implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(20);

    private final Daemon daemon;
    private final String url;

    private Etcd(Daemon daemon, String url) {
        this.daemon = daemon;
        this.url = url;
    }

    /** The program; empty where it is not installed. */
    static Optional<Path> program() {
        return Command.find("etcd");
    }

    static Etcd start(Path program, Path folder) throws IOException, InterruptedException {
        var url = "http://127.0.0.1:" + Ports.free();
        var peers = "http://127.0.0.1:" + Ports.free();
        var daemon =
                Daemon.start(
                        "etcd",
                        folder,
                        List.of(
                                program.toString(),
                                "--name=bench",
                                "--data-dir=" + folder.resolve("etcd"),
                                "--listen-client-urls=" + url,
                                "--advertise-client-urls=" + url,
                                "--listen-peer-urls=" + peers,
                                "--initial-advertise-peer-urls=" + peers,
                                "--initial-cluster=bench=" + peers,
                                "--log-level=error"),
                        // Where etcd calls an architecture experimental.
                        Map.of("ETCD_UNSUPPORTED_ARCH", System.getProperty("os.arch")));
        try {
            daemon.await(READY_MAX, () -> Http.isOk(url + "/health"));
        } catch (IOException | InterruptedException e) {
            daemon.close();
            throw e;
        }
        return new Etcd(daemon, url);
    }

    /** Where it listens. */
    String url() {
        return url;
    }

    @Override
    public void close() {
        daemon.close();
    }
}
