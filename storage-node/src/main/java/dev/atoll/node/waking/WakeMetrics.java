package dev.atoll.node.waking;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** What the node counts of what instances do by themselves. Thread-safe. */
public final class WakeMetrics {
    private final MeterRegistry registry;
    private final Counter run;
    private final Counter failed;
    private final Counter watched;
    private final Counter expired;
    private final Counter postponed;

    public WakeMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.run = counter("atoll.node.alarms.run", "Alarms run since the start");
        this.failed =
                counter("atoll.node.alarms.failed", "Times an alarm failed, and is tried again");
        this.watched =
                counter("atoll.node.alarms.watched", "Times an alarm was handed to a watcher");
        this.expired = counter("atoll.node.rows.expired", "Expired rows deleted since the start");
        this.postponed =
                counter(
                        "atoll.node.due.postponed",
                        "Times an instance that was due could not be served, and is tried again");
    }

    void watch(Supplier<Number> lateSeconds) {
        Gauge.builder("atoll.node.due.late", lateSeconds)
                .description("How long the instance has been due that has waited longest")
                .baseUnit("seconds")
                .register(registry);
    }

    void run() {
        run.increment();
    }

    void failed() {
        failed.increment();
    }

    void watched() {
        watched.increment();
    }

    void expired(long rows) {
        expired.increment((double) rows);
    }

    void postponed() {
        postponed.increment();
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }
}
