package dev.atoll.bench.peers;

import dev.atoll.bench.Machine;
import dev.atoll.client.Atoll;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A router and a node as processes of their own, with an etcd; where that is not installed, both in
 * one process, which is all that can be done without. Thread-safe.
 */
final class AtollCluster implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(60);
    private static final String HOST = "127.0.0.1:";

    private final String router;
    private final Optional<String> node;
    private final Closing closing;

    private AtollCluster(String router, Optional<String> node, Closing closing) {
        this.router = router;
        this.node = node;
        this.closing = closing;
    }

    /**
     * Starts one on free ports and waits until it serves.
     *
     * @param instances that shall be open at once
     */
    static AtollCluster start(AtollCommand command, Path folder, int instances)
            throws IOException, InterruptedException {
        var closing = new Closing();
        try {
            var etcd = Etcd.program();
            return etcd.isPresent()
                    ? startApart(command, folder, instances, etcd.get(), closing)
                    : startTogether(command, folder, instances, closing);
        } catch (IOException | RuntimeException | InterruptedException e) {
            closing.close();
            throw e;
        }
    }

    private static AtollCluster startApart(
            AtollCommand command, Path folder, int instances, Path program, Closing closing)
            throws IOException, InterruptedException {
        var etcd = Etcd.start(program, folder);
        closing.add(etcd::close);
        int nodePort = Ports.free();
        var node =
                new Started(
                        command,
                        folder,
                        "node",
                        List.of(
                                "--insecure",
                                "--etcd=" + etcd.url(),
                                "--data=" + folder.resolve("node"),
                                "--host=127.0.0.1",
                                "--port=" + nodePort,
                                "--advertise=" + HOST + nodePort,
                                openInstances(instances)),
                        closing);
        int port = Ports.free();
        var router =
                new Started(
                        command,
                        folder,
                        "router",
                        List.of(
                                "--insecure",
                                "--etcd=" + etcd.url(),
                                "--issuers=" + command.issuers(),
                                "--host=127.0.0.1",
                                "--port=" + port),
                        closing);
        node.awaitReady();
        router.awaitReady();
        try (var atoll = Atoll.connect(HOST + port).plaintext().token(command.token()).build()) {
            // A router is ready as soon as there is a node, which may have no shards yet.
            router.daemon.await(
                    READY_MAX,
                    () -> {
                        var seen = atoll.cluster().describe();
                        return seen.shards() > 0 && seen.availableShards() == seen.shards();
                    });
        }
        return new AtollCluster(HOST + port, Optional.of(HOST + nodePort), closing);
    }

    private static AtollCluster startTogether(
            AtollCommand command, Path folder, int instances, Closing closing)
            throws IOException, InterruptedException {
        int port = Ports.free();
        new Started(
                        command,
                        folder,
                        "dev",
                        List.of(
                                "--data=" + command.devData(),
                                "--port=" + port,
                                openInstances(instances)),
                        closing)
                .awaitReady();
        return new AtollCluster(HOST + port, Optional.empty(), closing);
    }

    /** HOST:PORT for clients. */
    String router() {
        return router;
    }

    /** HOST:PORT of the node; empty where it is in the router's process. */
    Optional<String> node() {
        return node;
    }

    /** Names and versions of what runs. */
    List<String> versions() throws IOException, InterruptedException {
        var versions = new ArrayList<String>();
        versions.add("Atoll " + Machine.current().atoll());
        versions.add(Machine.current().jdk());
        var etcd = Etcd.program();
        if (etcd.isPresent()) {
            versions.add(Command.firstLine(List.of(etcd.get().toString(), "--version")));
        }
        return versions;
    }

    @Override
    public void close() {
        closing.close();
    }

    private static String openInstances(int instances) {
        // One more, so that none has to sleep.
        return "--open-instances-max=" + (instances + 1);
    }

    /** One process of Atoll. */
    private static final class Started {
        private final Daemon daemon;
        private final String ready;

        Started(
                AtollCommand command,
                Path folder,
                String role,
                List<String> settings,
                Closing closing)
                throws IOException {
            int http = Ports.free();
            var line = new ArrayList<>(command.line());
            line.add(role);
            line.addAll(settings);
            line.add("--http-port=" + http);
            daemon = Daemon.start(role, folder, line, Map.of());
            closing.add(daemon::close);
            ready = "http://" + HOST + http + "/readyz";
        }

        void awaitReady() throws IOException, InterruptedException {
            daemon.await(READY_MAX, () -> Http.isOk(ready));
        }
    }
}
