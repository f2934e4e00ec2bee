package dev.atoll.router.placement;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Shows what this router knows of the placement. Immutable. */
final class PlacementMetrics {
    private PlacementMetrics() {}

    static void register(
            MeterRegistry registry,
            Supplier<PlacementView> view,
            BooleanSupplier keeper,
            BooleanSupplier etcd) {
        Gauge.builder("atoll.router.placement.revision", () -> view.get().revision())
                .description("The etcd revision of the placement this router acts on")
                .register(registry);
        Gauge.builder("atoll.router.nodes.live", () -> view.get().nodes().size())
                .description("Nodes that are registered now")
                .register(registry);
        Gauge.builder("atoll.router.shards", () -> view.get().shards())
                .description("Shards of the cluster; 0 while the placement is not known")
                .register(registry);
        Gauge.builder("atoll.router.shards.available", () -> view.get().availableShards())
                .description("Shards whose owner is live")
                .register(registry);
        Gauge.builder("atoll.router.keeper", () -> keeper.getAsBoolean() ? 1 : 0)
                .description("1 while this router is the one that keeps the placement")
                .register(registry);
        Gauge.builder("atoll.router.etcd.up", () -> etcd.getAsBoolean() ? 1 : 0)
                .description("1 while etcd answers and its record can be used")
                .register(registry);
    }

    static void registerConfig(MeterRegistry registry, LongSupplier version) {
        Gauge.builder("atoll.router.config.version", version::getAsLong)
                .description("Version of the declarations as this router last read it; 0 for none")
                .register(registry);
    }
}
