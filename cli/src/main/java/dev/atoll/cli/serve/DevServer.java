package dev.atoll.cli.serve;

import dev.atoll.cli.config.ReadableFile;
import dev.atoll.cli.credentials.RunningServer;
import dev.atoll.node.StorageNode;
import dev.atoll.process.OperatorHttp;
import dev.atoll.router.LocalNode;
import dev.atoll.router.Router;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A router and a node in this process, without etcd. Closing it is idempotent and stops the parts
 * in the reverse order of their start. Thread-safe.
 */
public final class DevServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DevServer.class);

    private final Path data;
    private final RunningServer running;
    private final ClosingStack parts;

    private DevServer(Path data, RunningServer running, ClosingStack parts) {
        this.data = data;
        this.running = running;
        this.parts = parts;
    }

    /**
     * Starts one on free ports with all else by default, for a command that needs a server and
     * finds none.
     */
    public static DevServer startOnFreePorts(Path data) throws IOException {
        return start(
                DevSettings.from(
                        Map.of("data", data.toString(), "port", "0", "http-port", "0"),
                        Map.of(),
                        null));
    }

    static DevServer start(DevSettings settings) throws IOException {
        var data = settings.data();
        var parts = new ClosingStack();
        try {
            var metrics = parts.add(new ProcessMetrics());
            var inProcessName = "dev-" + UUID.randomUUID();
            var node =
                    parts.add(
                            StorageNode.startLocal(
                                    settings.node(), metrics.registry(), inProcessName));
            if (settings.config().isPresent()) {
                node.declare(ReadableFile.text(settings.config().get()), "atoll dev");
            }
            var router =
                    parts.add(
                            Router.startLocal(
                                    settings.router(),
                                    metrics.registry(),
                                    new LocalNode(node.id(), node.shards(), inProcessName)));
            var http =
                    parts.add(
                            Operators.open(
                                    DevSettings.HOST,
                                    settings.httpPort(),
                                    metrics,
                                    () -> Operators.both(node.missing(), router.missing())));
            var running = running(router, http);
            parts.add(() -> RunningServer.remove(data));
            leaveNote(running, data);
            return new DevServer(data, running, parts);
        } catch (IOException | RuntimeException e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    /** The folder that keeps the data. */
    public Path data() {
        return data;
    }

    /** HOST:PORT for clients. */
    public String endpoint() {
        return running.endpoint();
    }

    /** HOST:PORT for operators. */
    public String http() {
        return running.http();
    }

    @Override
    public void close() throws IOException {
        parts.close();
    }

    /** Without it commands look for a server on the usual port: less than not to run at all. */
    private static void leaveNote(RunningServer running, Path data) {
        try {
            running.write(data);
        } catch (IOException e) {
            LOG.warn(
                    "{}; commands find this server by --endpoint {} only",
                    e.getMessage(),
                    running.endpoint());
        }
    }

    private static RunningServer running(Router router, OperatorHttp http) {
        return new RunningServer(
                DevSettings.HOST + ":" + router.port(),
                DevSettings.HOST + ":" + http.port(),
                ProcessHandle.current().pid());
    }
}
