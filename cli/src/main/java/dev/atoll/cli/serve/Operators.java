package dev.atoll.cli.serve;

import dev.atoll.process.OperatorHttp;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Opens the port for operators. Immutable. */
final class Operators {
    private Operators() {}

    /** Opens it; {@code missing} is asked at each look at {@code /readyz}. */
    static OperatorHttp open(
            String host, int port, ProcessMetrics metrics, Supplier<List<String>> missing)
            throws IOException {
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IOException(
                    "http-host: '" + host + "' (expected: an address of this machine)");
        }
        try {
            return OperatorHttp.start(address, metrics.registry()::scrape, missing);
        } catch (BindException e) {
            throw new IOException(
                    "http-port: "
                            + host
                            + ":"
                            + port
                            + " cannot be opened: "
                            + e.getMessage()
                            + " (is it in use? choose another with --http-port)",
                    e);
        }
    }

    /** What two parts miss. */
    static List<String> both(List<String> one, List<String> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }
}
