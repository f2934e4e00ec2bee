package dev.atoll.node.lease;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.Supplier;

/** What the node shows of its membership. Thread-safe. */
public final class LeaseMetrics {
    private static final double MILLIS_PER_SECOND = 1_000;

    private LeaseMetrics() {}

    /** Shows the shards of any ownership. */
    public static void watch(MeterRegistry registry, Ownership ownership) {
        gauge(
                registry,
                "atoll.node.shards.owned",
                "Shards this node serves",
                () -> ownership.ownedShards().cardinality());
    }

    /** Shows the lease of a node of a cluster. */
    public static void watch(MeterRegistry registry, EtcdOwnership ownership) {
        watch(registry, (Ownership) ownership);
        gauge(
                registry,
                "atoll.node.etcd.connected",
                "1 while the lease with etcd is good, else 0",
                () -> ownership.leaseIsGood() ? 1 : 0);
        Gauge.builder("atoll.node.lease.left", () -> (Number) seconds(ownership.leaseLeft()))
                .description("How long the lease is good for yet")
                .baseUnit("seconds")
                .register(registry);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / MILLIS_PER_SECOND;
    }

    private static void gauge(
            MeterRegistry registry, String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }
}
