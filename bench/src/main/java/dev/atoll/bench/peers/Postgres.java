package dev.atoll.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * PostgreSQL as it is installed, with one table that all tenants share, called by pgbench with
 * prepared statements. Commits wait for the disk, as is its default. One thread at a time.
 */
final class Postgres implements Peer {
    private static final Path PROGRAMS = Path.of("/usr/lib/postgresql/15/bin");
    static final Set<Series> SERIES = Set.of(Series.POSTGRES_INSERTS, Series.POSTGRES_READS);

    private static final Duration READY_MAX = Duration.ofSeconds(30);
    private static final String THREADS = "2";

    private final Daemon daemon;
    private final Path folder;
    private final int port;
    private final int connections;

    private Postgres(Daemon daemon, Path folder, int port, int connections) {
        this.daemon = daemon;
        this.folder = folder;
        this.port = port;
        this.connections = connections;
    }

    /** What is not installed that it needs; empty where nothing is missing. */
    static Optional<String> missing() {
        for (var program : List.of("initdb", "postgres", "psql", "pgbench")) {
            if (!Files.isExecutable(PROGRAMS.resolve(program))) {
                return Optional.of(PROGRAMS.resolve(program) + " is not there");
            }
        }
        return PostgresUser.missing();
    }

    /** Makes a server's data, starts it and fills the table. */
    static Postgres open(Path folder, PeersPlan plan) throws IOException, InterruptedException {
        var user = PostgresUser.find();
        var data = Files.createDirectory(folder.resolve("postgres"));
        user.own(data);
        Command.run(
                folder,
                user.command(
                        program("initdb"),
                        "--pgdata=" + data,
                        "--username=bench",
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--no-locale"));
        int port = Ports.free();
        var daemon =
                Daemon.start(
                        "postgres",
                        folder,
                        user.command(
                                program("postgres"),
                                "-D",
                                data.toString(),
                                "-c",
                                "listen_addresses=127.0.0.1",
                                "-c",
                                "port=" + port,
                                "-c",
                                "unix_socket_directories=",
                                "-c",
                                "synchronous_commit=on",
                                "-c",
                                "max_connections=" + (plan.load().callers() + 20)),
                        Map.of());
        try {
            var server = new Postgres(daemon, folder, port, plan.load().callers());
            daemon.await(READY_MAX, () -> server.sql("SELECT 1").contains("1"));
            server.fill(plan.load().instances());
            return server;
        } catch (IOException | InterruptedException | RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    @Override
    public Set<Series> series() {
        return SERIES;
    }

    @Override
    public Measurement measure(Series series, Duration duration)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(program("pgbench"));
        command.addAll(connection());
        command.addAll(
                List.of(
                        "--no-vacuum",
                        "--protocol=prepared",
                        "--client=" + connections,
                        "--jobs=" + THREADS,
                        "--time=" + duration.toSeconds(),
                        "--file=" + (series == Series.POSTGRES_INSERTS ? "insert.sql" : "read.sql"),
                        "postgres"));
        return PgbenchOutput.read(Command.run(folder, command));
    }

    @Override
    public List<String> versions() throws IOException, InterruptedException {
        return List.of(
                Command.firstLine(List.of(program("postgres"), "--version")),
                Command.firstLine(List.of(program("pgbench"), "--version")));
    }

    @Override
    public void close() {
        daemon.close();
    }

    private void fill(int tenants) throws IOException, InterruptedException {
        for (var statement : PostgresSql.fill(tenants)) {
            var _ = sql(statement);
        }
        Files.writeString(folder.resolve("insert.sql"), PostgresSql.insertScript(tenants));
        Files.writeString(folder.resolve("read.sql"), PostgresSql.readScript(tenants));
    }

    private String sql(String statement) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(program("psql"));
        command.addAll(connection());
        command.addAll(
                List.of(
                        "--no-psqlrc",
                        "--tuples-only",
                        "--set=ON_ERROR_STOP=1",
                        "--command=" + statement,
                        "postgres"));
        return Command.run(folder, command);
    }

    private List<String> connection() {
        return List.of("--host=127.0.0.1", "--port=" + port, "--username=bench");
    }

    private static String program(String name) {
        return PROGRAMS.resolve(name).toString();
    }
}
