package dev.atoll.process;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The HTTP port for operators and their tools. Thread-safe.
 *
 * <pre>
 * GET /metrics  200, in Prometheus' text format
 * GET /livez    200: the process runs
 * GET /readyz   200, or 503 with one line for each thing that is missing
 * </pre>
 */
public final class OperatorHttp implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final Duration STOP_AFTER = Duration.ofSeconds(1);

    private final HttpServer server;
    private final ExecutorService threads;

    private OperatorHttp(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Opens the port.
     *
     * @param address where; port 0 lets the system choose
     * @param metrics the scrape
     * @param missing why the process is not ready, a line each; empty when it is
     */
    public static OperatorHttp start(
            InetSocketAddress address, Supplier<String> metrics, Supplier<List<String>> missing)
            throws IOException {
        var server = HttpServer.create(address, 0);
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, 404, TEXT, "no such page\n"));
        page(server, "/livez", exchange -> answer(exchange, 200, TEXT, "ok\n"));
        page(server, "/metrics", exchange -> answer(exchange, 200, PROMETHEUS, metrics.get()));
        page(
                server,
                "/readyz",
                exchange -> {
                    var lines = missing.get();
                    if (lines.isEmpty()) {
                        answer(exchange, 200, TEXT, "ok\n");
                    } else {
                        answer(exchange, 503, TEXT, String.join("\n", lines) + "\n");
                    }
                });
        server.start();
        return new OperatorHttp(server, threads);
    }

    /** The server itself takes a path for all that begin with it. */
    private static void page(HttpServer server, String path, HttpHandler handler) {
        server.createContext(
                path,
                exchange -> {
                    if (exchange.getRequestURI().getPath().equals(path)) {
                        handler.handle(exchange);
                    } else {
                        answer(exchange, 404, TEXT, "no such page\n");
                    }
                });
    }

    /** The port, as the system chose it. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop((int) STOP_AFTER.toSeconds());
        threads.shutdownNow();
    }

    private static void answer(HttpExchange exchange, int status, String type, String text)
            throws IOException {
        try (exchange) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
