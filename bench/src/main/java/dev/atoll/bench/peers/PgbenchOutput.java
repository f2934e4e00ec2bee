package dev.atoll.bench.peers;

import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Reads what pgbench prints. Immutable.
 *
 * <pre>
 * number of failed transactions: 0 (0.000%)
 * latency average = 2.782 ms
 * tps = 22998.102452 (without initial connection time)
 * </pre>
 */
final class PgbenchOutput {
    private static final Pattern RATE = Pattern.compile("(?m)^tps = ([0-9.]+) ");
    private static final Pattern FAILED =
            Pattern.compile("(?m)^number of failed transactions: (\\d+)");
    private static final Pattern ABORTED = Pattern.compile("(?m)^pgbench: error: .*$");

    private PgbenchOutput() {}

    static Measurement read(String output) throws IOException {
        var aborted = ABORTED.matcher(output);
        if (aborted.find()) {
            throw new IOException(aborted.group());
        }
        var failed = FAILED.matcher(output);
        if (failed.find() && !failed.group(1).equals("0")) {
            throw new IOException("pgbench: " + failed.group());
        }
        var rate = RATE.matcher(output);
        if (!rate.find()) {
            throw new IOException("pgbench printed no tps: " + output.strip());
        }
        return new Measurement(
                Double.parseDouble(rate.group(1)), Measurement.UNKNOWN, Measurement.UNKNOWN);
    }
}
