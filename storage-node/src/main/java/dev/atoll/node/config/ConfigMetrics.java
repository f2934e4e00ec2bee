package dev.atoll.node.config;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What the node shows of its configuration. Thread-safe. */
public final class ConfigMetrics {
    private ConfigMetrics() {}

    /** Shows the version, and whether it is known to be current. */
    public static void watch(MeterRegistry registry, ActiveConfig config) {
        Gauge.builder(
                        "atoll.node.config.version",
                        () -> config.current().map(now -> now.version().number()).orElse(0L))
                .description("Version of the declarations this node acts on; 0 while there is none")
                .register(registry);
        Gauge.builder("atoll.node.config.confirmed", () -> config.isConfirmed() ? 1 : 0)
                .description("1 while that version is known to be the current one, else 0")
                .register(registry);
    }
}
