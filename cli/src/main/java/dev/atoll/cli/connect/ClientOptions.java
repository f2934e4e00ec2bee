package dev.atoll.cli.connect;

import dev.atoll.cli.credentials.DataFolder;
import dev.atoll.cli.credentials.DevKey;
import dev.atoll.cli.credentials.RunningServer;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.client.Atoll;
import dev.atoll.process.Setting;
import dev.atoll.process.Settings;
import io.grpc.ChannelCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options by which every client command finds its server. One thread at a time (the command's).
 */
public final class ClientOptions {
    private static final Pattern ENDPOINT =
            Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:/\\s]+):\\d{1,5}");
    private static final Pattern LOOPBACK =
            Pattern.compile("(localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1]):\\d+");
    private static final Duration TOKEN_VALID_FOR = Duration.ofMinutes(15);

    @Option(
            names = "--endpoint",
            paramLabel = "HOST:PORT",
            description =
                    "The server (default: ATOLL_ENDPOINT, else the dev server of this machine)")
    private @Nullable String endpoint;

    @Option(
            names = "--token",
            paramLabel = "JWT",
            description =
                    "Who is calling (default: ATOLL_TOKEN, else a short-lived one signed with the key"
                            + " of the dev server)")
    private @Nullable String token;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "The data folder of the dev server to look for (default: ATOLL_DATA, else .atoll/dev"
                            + " beside the command)")
    private @Nullable Path data;

    @Option(
            names = "--tls-authorities",
            paramLabel = "FILE",
            description = "PEM file: who signs the server's certificate (default: the system's)")
    private @Nullable Path authorities;

    @Option(
            names = "--insecure",
            description = "Plaintext to a server that is not on this machine, token and all")
    private boolean insecure;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "The deadline of each call, as 500ms, 30s or 5m (default: 30s)")
    private String timeout = "30s";

    /** Where the dev server of this command keeps its data. */
    public Path dataFolder() {
        return DataFolder.chosen(data);
    }

    /** Whether a server was named, so that none is to be looked for. */
    public boolean namesServer() {
        return given(endpoint, "ATOLL_ENDPOINT").isPresent();
    }

    /** Whether a data folder was named. */
    public boolean namesData() {
        return data != null || given(null, "ATOLL_DATA").isPresent();
    }

    /** The dev server on this machine, if it runs. */
    private Optional<RunningServer> findDevServer() throws IOException {
        return RunningServer.find(dataFolder());
    }

    /** Connects to the server that was named, else to the dev server. */
    public Connection open() throws IOException {
        var server = chosen();
        return open(server.address(), server.devData());
    }

    /** Connects to a dev server within this process. */
    public Connection open(String address, @Nullable Path devData) throws IOException {
        checkEndpoint(address);
        return Connection.open(
                address,
                bearer(devData).orElse(null),
                Connection.credentials(isPlaintext(address), authorities),
                deadline());
    }

    /** As {@link #open()}, but with the client that programs use. */
    public Atoll openClient() throws IOException {
        var server = chosen();
        return openClient(server.address(), server.devData());
    }

    /** As {@link #open(String, Path)}, but with the client that programs use. */
    public Atoll openClient(String address, @Nullable Path devData) throws IOException {
        checkEndpoint(address);
        var builder = Atoll.connect(address).deadline(deadline());
        bearer(devData).map(String::strip).ifPresent(builder::token);
        if (isPlaintext(address)) {
            return builder.plaintext().build();
        }
        try {
            return (authorities == null ? builder.tls() : builder.tls(authorities)).build();
        } catch (UncheckedIOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--tls-authorities: '" + authorities + "' (expected: a PEM file): " + e);
        }
    }

    /** As {@link #open()}, for who makes connections of its own. */
    public Wire wire() throws IOException {
        var server = chosen();
        checkEndpoint(server.address());
        return new Wire(
                server.address(),
                Connection.credentials(isPlaintext(server.address()), authorities),
                bearer(server.devData()).map(String::strip).orElse(""));
    }

    /**
     * What such a program needs. Immutable.
     *
     * @param address HOST:PORT
     * @param credentials of the connection
     * @param token of its calls; empty for none
     */
    public record Wire(String address, ChannelCredentials credentials, String token) {}

    private Server chosen() throws IOException {
        var named = given(endpoint, "ATOLL_ENDPOINT");
        var dev = findDevServer();
        if (named.isEmpty() && dev.isEmpty()) {
            throw new CommandException(
                    ExitCode.UNAVAILABLE,
                    "there is no dev server running on "
                            + dataFolder()
                            + ": start one with ./atoll dev, or name a server with --endpoint and"
                            + " --token");
        }
        var address = named.orElseGet(() -> dev.orElseThrow().endpoint());
        boolean isDev = dev.isPresent() && dev.get().endpoint().equals(address);
        return new Server(address, isDev ? dataFolder() : null);
    }

    private static void checkEndpoint(String address) {
        if (!ENDPOINT.matcher(address).matches()) {
            throw new CommandException(
                    ExitCode.USAGE, "--endpoint: '" + address + "' (expected: HOST:PORT)");
        }
    }

    private Optional<String> bearer(@Nullable Path devData) throws IOException {
        var bearer = given(token, "ATOLL_TOKEN");
        return bearer.isPresent() || devData == null
                ? bearer
                : DevKey.find(devData).map(ClientOptions::adminToken);
    }

    private boolean isPlaintext(String address) {
        return insecure || (authorities == null && LOOPBACK.matcher(address).matches());
    }

    private Duration deadline() {
        var settings =
                Settings.gather(
                        List.of(new Setting("timeout", "30s", "The deadline of each call")),
                        Map.of("timeout", timeout),
                        Map.of(),
                        null,
                        List.of());
        var deadline = settings.duration("timeout");
        settings.check();
        if (deadline.isZero()) {
            settings.problem("timeout", timeout, "more than 0");
        }
        settings.check();
        return deadline;
    }

    private static String adminToken(DevKey key) {
        return key.serviceToken(
                "atoll-command", "*=admin", TOKEN_VALID_FOR, InstantSource.system());
    }

    private static Optional<String> given(@Nullable String flag, String variable) {
        return Optional.ofNullable(flag)
                .or(() -> Optional.ofNullable(System.getenv(variable)))
                .filter(text -> !text.isEmpty());
    }

    /** Where to connect; with the data folder of a dev server, whose key signs the token. */
    private record Server(String address, @Nullable Path devData) {}
}
