package dev.atoll.node.migration;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** What the background pass counts. Thread-safe. */
public final class MigrationMetrics {
    private final AtomicLong pending = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Counter brought;
    private final Counter failures;

    public MigrationMetrics(MeterRegistry registry) {
        this.brought =
                Counter.builder("atoll.node.migration.brought")
                        .description(
                                "Instances that the background pass brought to the declared schema")
                        .register(registry);
        this.failures =
                Counter.builder("atoll.node.migration.failures")
                        .description("Attempts of the background pass that failed")
                        .register(registry);
        Gauge.builder("atoll.node.migration.pending", pending, AtomicLong::doubleValue)
                .description("Instances that the background pass has yet to bring to the schema")
                .register(registry);
        Gauge.builder("atoll.node.migration.failed", failed, AtomicLong::doubleValue)
                .description("Instances that could not be brought to the declared schema")
                .register(registry);
    }

    void counted(MigrationStatus.Left left) {
        pending.set(left.pending());
        failed.set(left.failed());
    }

    void brought() {
        brought.increment();
        oneLess();
    }

    void failed() {
        failures.increment();
        failed.incrementAndGet();
        oneLess();
    }

    void failedForNow() {
        failures.increment();
    }

    private void oneLess() {
        pending.updateAndGet(count -> Math.max(0, count - 1));
    }
}
