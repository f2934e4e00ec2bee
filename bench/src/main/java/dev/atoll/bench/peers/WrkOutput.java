package dev.atoll.bench.peers;

import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what wrk prints with {@code --latency}. Immutable.
 *
 * <pre>
 *   Latency Distribution
 *      50%   40.12ms
 *      99%   71.80ms
 *   7654 requests in 5.01s, 1.04MB read
 *   Non-2xx or 3xx responses: 12          (only where there are some)
 * Requests/sec:   1527.71
 * </pre>
 */
final class WrkOutput {
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern WRONG =
            Pattern.compile("Non-2xx or 3xx responses: \\d+|Socket errors: .*");
    private static final Map<String, Double> MICROS =
            Map.of("us", 1.0, "ms", 1e3, "s", 1e6, "m", 60e6, "h", 3600e6);

    private WrkOutput() {}

    static Measurement read(String output) throws IOException {
        var wrong = WRONG.matcher(output);
        if (wrong.find()) {
            throw new IOException("wrk: " + wrong.group());
        }
        var rate = find(RATE.matcher(output), output);
        return new Measurement(
                Double.parseDouble(rate.group(1)), percentile(50, output), percentile(99, output));
    }

    private static double percentile(int percent, String output) throws IOException {
        var line =
                find(
                        Pattern.compile("(?m)^\\s*" + percent + "%\\s+([0-9.]+)(us|ms|s|m|h)\\s*$")
                                .matcher(output),
                        output);
        return Double.parseDouble(line.group(1)) * MICROS.getOrDefault(line.group(2), 1.0);
    }

    private static Matcher find(Matcher matcher, String output) throws IOException {
        if (!matcher.find()) {
            throw new IOException("wrk printed no '" + matcher.pattern() + "': " + output.strip());
        }
        return matcher;
    }
}
