package dev.atoll.bench;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What a run found. Immutable.
 *
 * @param plan what it did
 * @param startedAt when
 * @param latencies by kind of call
 * @param failures how many calls failed for good in the time measured, by reason; {@code
 *     NEVER_MADE} counts those that were due, but the callers were too far behind
 * @param machine it ran on
 */
public record BenchReport(
        BenchPlan plan,
        Instant startedAt,
        ByKind latencies,
        Map<String, Long> failures,
        Machine machine) {
    public BenchReport {
        failures = Collections.unmodifiableMap(new TreeMap<>(failures));
    }

    /**
     * How fast the calls of each kind were answered. Immutable.
     *
     * @param all calls
     * @param read those that read
     * @param write those that wrote
     */
    public record ByKind(Latencies all, Latencies read, Latencies write) {
        private Map<String, Latencies> named() {
            var named = new LinkedHashMap<String, Latencies>();
            named.put("all", all);
            named.put("read", read);
            named.put("write", write);
            return named;
        }
    }

    /** For people: a table, and what it was measured on. */
    public String toTable() {
        var load = plan.load();
        var text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%d instances, %d callers, %d s after %d s, %.0f %% reads, the others %s, %s, %s%n%n",
                        load.instances(),
                        load.callers(),
                        load.duration().toSeconds(),
                        load.warmUp().toSeconds(),
                        plan.mix().readShare() * 100,
                        plan.mix().inserts() ? "inserts" : "updates",
                        plan.form(),
                        load.callsPerSecond() == 0
                                ? "as fast as they can"
                                : load.callsPerSecond() + " calls/s asked for"));
        text.append(
                String.format(
                        Locale.ROOT,
                        "%-6s %10s %10s %10s %10s %10s %10s %10s%n",
                        "",
                        "calls",
                        "calls/s",
                        "p50 ms",
                        "p90 ms",
                        "p99 ms",
                        "p99.9 ms",
                        "max ms"));
        latencies
                .named()
                .forEach(
                        (kind, latency) -> {
                            var p = latency.percentiles();
                            text.append(
                                    String.format(
                                            Locale.ROOT,
                                            "%-6s %10d %10.0f %10.2f %10.2f %10.2f %10.2f %10.2f%n",
                                            kind,
                                            latency.calls(),
                                            latency.callsPerSecond(),
                                            p.p50() / 1e3,
                                            p.p90() / 1e3,
                                            p.p99() / 1e3,
                                            p.p999() / 1e3,
                                            p.max() / 1e3));
                        });
        text.append(String.format("%nfailures: %s%n", failures.isEmpty() ? "none" : failures));
        text.append(
                String.format(
                        Locale.ROOT,
                        "%d cores, %d GiB, %s, %s, Atoll %s, %s%n",
                        machine.cores(),
                        Math.round(machine.memoryBytes() / (double) (1 << 30)),
                        machine.jdk(),
                        machine.os(),
                        machine.atoll(),
                        startedAt));
        return text.toString();
    }

    /** For programs: one JSON object; times in microseconds, sizes in bytes. */
    public String toJson() {
        var load = plan.load();
        var mix = plan.mix();
        var kinds = new StringJoiner(", ", "{", "}");
        latencies
                .named()
                .forEach((kind, latency) -> kinds.add(quote(kind) + ": " + latency.toJson()));
        var reasons = new StringJoiner(", ", "{", "}");
        failures.forEach((reason, count) -> reasons.add(quote(reason) + ": " + count));
        return String.format(
                Locale.ROOT,
                """
                {
                  "startedAt": %s,
                  "plan": {"namespace": %s, "form": %s, "instances": %d, "callers": %d, "warmUpMillis": %d, \
                "durationMillis": %d, "callsPerSecond": %d, "readShare": %.4f, "inserts": %b, "rows": %d, \
                "valueBytes": %d},
                  "latencies": %s,
                  "failures": %s,
                  "machine": {"cores": %d, "memoryBytes": %d, "jdk": %s, "os": %s, "atoll": %s}
                }
                """,
                quote(startedAt.toString()),
                quote(plan.namespace()),
                quote(plan.form().name()),
                load.instances(),
                load.callers(),
                load.warmUp().toMillis(),
                load.duration().toMillis(),
                load.callsPerSecond(),
                mix.readShare(),
                mix.inserts(),
                mix.rows(),
                mix.valueBytes(),
                kinds,
                reasons,
                machine.cores(),
                machine.memoryBytes(),
                quote(machine.jdk()),
                quote(machine.os()),
                quote(machine.atoll()));
    }

    private static String quote(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints()
                .forEach(
                        c -> {
                            if (c == '"' || c == '\\') {
                                quoted.append('\\').appendCodePoint(c);
                            } else if (c < 0x20) {
                                quoted.append(String.format("\\u%04x", c));
                            } else {
                                quoted.appendCodePoint(c);
                            }
                        });
        return quoted.append('"').toString();
    }
}
