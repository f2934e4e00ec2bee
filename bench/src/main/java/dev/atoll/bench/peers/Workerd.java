package dev.atoll.bench.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Durable Objects in workerd, the runtime of Cloudflare's Workers: one object with a SQLite
 * database for each key, called over HTTP by wrk. One thread at a time.
 */
final class Workerd implements Peer {
    static final Set<Series> SERIES = Set.of(Series.WORKERD_INSERTS, Series.WORKERD_READS);

    private static final Duration READY_MAX = Duration.ofSeconds(20);
    private static final String THREADS = "2";

    private final Daemon daemon;
    private final Path folder;
    private final Path program;
    private final String url;
    private final int connections;

    private Workerd(Daemon daemon, Path folder, Path program, String url, int connections) {
        this.daemon = daemon;
        this.folder = folder;
        this.program = program;
        this.url = url;
        this.connections = connections;
    }

    /** What is not installed that it needs; empty where nothing is missing. */
    static Optional<String> missing(Path cache) throws IOException {
        if (Command.find("wrk").isEmpty()) {
            return Optional.of("wrk is not on the PATH");
        }
        if (find(cache).isEmpty() && Command.find("npm").isEmpty()) {
            return Optional.of("workerd is not in " + cache + " and npm is not on the PATH");
        }
        return Optional.empty();
    }

    /** Gets workerd where the cache does not have it, starts it and fills the objects. */
    static Workerd open(Path cache, Path folder, PeersPlan plan)
            throws IOException, InterruptedException {
        var program = install(cache);
        Files.createDirectory(folder.resolve("objects"));
        int port = Ports.free();
        for (var file : List.of("worker.js", "insert.lua", "read.lua")) {
            copy(file, folder, Map.of("@KEYS@", plan.load().instances() + ""));
        }
        copy(
                "workerd.capnp",
                folder,
                Map.of("@PORT@", port + "", "@OBJECTS@", folder.resolve("objects").toString()));
        var daemon =
                Daemon.start(
                        "workerd",
                        folder,
                        List.of(program.toString(), "serve", "workerd.capnp"),
                        Map.of());
        var url = "http://127.0.0.1:" + port;
        try {
            daemon.await(READY_MAX, () -> Http.isOk(url + "/ready"));
            Http.post(
                    IntStream.range(0, plan.load().instances())
                            .mapToObj(key -> url + "/fill/" + key + "/" + PeersPlan.ROWS)
                            .toList(),
                    new byte[PeersPlan.VALUE_BYTES]);
        } catch (IOException | InterruptedException | RuntimeException e) {
            daemon.close();
            throw e;
        }
        return new Workerd(daemon, folder, program, url, plan.load().callers());
    }

    @Override
    public Set<Series> series() {
        return SERIES;
    }

    @Override
    public Measurement measure(Series series, Duration duration)
            throws IOException, InterruptedException {
        var script = series == Series.WORKERD_INSERTS ? "insert.lua" : "read.lua";
        return WrkOutput.read(
                Command.run(
                        folder,
                        List.of(
                                "wrk",
                                "--threads",
                                THREADS,
                                "--connections",
                                connections + "",
                                "--duration",
                                duration.toSeconds() + "s",
                                "--latency",
                                "--script",
                                script,
                                url)));
    }

    @Override
    public List<String> versions() throws IOException, InterruptedException {
        return List.of(
                Command.firstLine(List.of(program.toString(), "--version")),
                Command.firstLine(List.of("wrk", "--version")).replaceAll(" \\[.*", ""));
    }

    @Override
    public void close() {
        daemon.close();
    }

    private static Path install(Path cache) throws IOException, InterruptedException {
        var found = find(cache);
        if (found.isPresent()) {
            return found.get();
        }
        Files.createDirectories(cache);
        Command.run(
                cache,
                List.of("npm", "install", "--no-audit", "--no-fund", "--prefix", ".", "workerd"));
        return find(cache)
                .orElseThrow(() -> new IOException("npm installed no workerd in " + cache));
    }

    /** The program itself: the one in npm's own folder of programs would start it by Node.js. */
    private static Optional<Path> find(Path cache) throws IOException {
        var packages = cache.resolve("node_modules").resolve("@cloudflare");
        if (!Files.isDirectory(packages)) {
            return Optional.empty();
        }
        try (var platforms = Files.list(packages)) {
            return platforms
                    .map(platform -> platform.resolve("bin").resolve("workerd"))
                    .filter(Files::isExecutable)
                    .findFirst();
        }
    }

    private static void copy(String file, Path folder, Map<String, String> values)
            throws IOException {
        try (var stream = Workerd.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException(file + ": not in the jar of the bench");
            }
            var text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            for (var value : values.entrySet()) {
                text = text.replace(value.getKey(), value.getValue());
            }
            Files.writeString(folder.resolve(file), text);
        }
    }
}
