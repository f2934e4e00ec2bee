package dev.atoll.node.instance;

import dev.atoll.wire.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the node counts of its instances and lanes. Thread-safe.
 *
 * <p>known = created - deleted since the folder was made; open = created + woken - slept - deleted
 * - quarantined since the start, at the most.
 */
public final class InstanceMetrics {
    private final MeterRegistry registry;
    private final Timer queueTime;
    private final Timer sqliteTime;
    private final Counter created;
    private final Counter deleted;
    private final Counter woken;
    private final Counter slept;
    private final Counter shrunk;
    private final Counter quarantined;
    private final Counter migrated;
    private final Counter notMigrated;
    private final Counter scrubbed;
    private final Counter scrubs;
    private final Map<Reason, Counter> limited;

    public InstanceMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.queueTime =
                Timer.builder("atoll.node.queue.time")
                        .description("Time a call waited in the queue of its lane")
                        .publishPercentileHistogram()
                        .register(registry);
        this.sqliteTime =
                Timer.builder("atoll.node.sqlite.time")
                        .description("Time a call spent in its lane, in SQLite above all")
                        .publishPercentileHistogram()
                        .register(registry);
        // Not "created": Prometheus keeps that ending for itself, and it would be cut off.
        this.created = counter("made", "Instances created since the start");
        this.deleted = counter("deleted", "Instances deleted since the start");
        this.woken = counter("woken", "Sleeping instances opened since the start");
        this.slept = counter("slept", "Instances put to sleep since the start");
        this.shrunk = counter("shrunk", "Times an idle instance gave memory back since the start");
        this.scrubbed = counter("scrubbed", "Instances compared with their checksums, slowly");
        this.scrubs =
                Counter.builder("atoll.node.scrub.rounds")
                        .description("Times all instances were compared since the start")
                        .register(registry);
        this.migrated =
                counter("migrated", "Instances brought to the declared schema since the start");
        this.notMigrated =
                counter(
                        "migration.failed",
                        "Attempts that left an instance on its old schema since the start");
        this.quarantined = counter("quarantined", "Instances found damaged since the start");
        this.limited =
                Map.of(
                        Reason.INSTANCE_FULL, limited("size"),
                        Reason.STATEMENT_TIMEOUT, limited("statement-time"),
                        Reason.RATE_LIMITED, limited("calls-per-second"));
    }

    void watch(
            Supplier<Number> open,
            Supplier<Number> lanes,
            LanePool pool,
            LongSupplier known,
            LongSupplier diskLeftBytes) {
        gauge("atoll.node.instances.open", "Instances that are open now", open);
        gauge("atoll.node.instances.known", "Instances in the catalogue", known::getAsLong);
        gauge("atoll.node.lanes", "Lanes there are: of open instances, and of calls", lanes);
        gauge("atoll.node.lanes.running", "Lanes that run a task now", pool::runningLanes);
        gauge("atoll.node.lanes.waiting", "Lanes that wait for a thread", pool::waitingLanes);
        gauge(
                "atoll.node.lanes.stuck",
                "Lanes whose task cannot be interrupted and goes on past its deadline",
                pool::stuckLanes);
        gauge("atoll.node.lane.threads", "Threads that lanes take their turns on", pool::threads);
        Gauge.builder("atoll.node.disk.free", () -> (Number) diskLeftBytes.getAsLong())
                .description("Bytes left on the disk of the data folder")
                .baseUnit("bytes")
                .register(registry);
    }

    void watch(Recovery recovery) {
        gauge(
                "atoll.node.recovery.pending",
                "Instances whose commits are in the journal, and still to be brought into their files",
                recovery::pendingCount);
        FunctionCounter.builder("atoll.node.recovery.redone", recovery, Recovery::doneCount)
                .description("Instances that were redone from the journal after the start")
                .register(registry);
    }

    void scrubbed() {
        scrubbed.increment();
    }

    void scrubbedAll() {
        scrubs.increment();
    }

    void queued(Duration time) {
        queueTime.record(time);
    }

    void ran(Duration time) {
        sqliteTime.record(time);
    }

    void created() {
        created.increment();
    }

    void deleted() {
        deleted.increment();
    }

    void woken() {
        woken.increment();
    }

    void slept() {
        slept.increment();
    }

    void shrunk() {
        shrunk.increment();
    }

    void migrated() {
        migrated.increment();
    }

    void notMigrated() {
        notMigrated.increment();
    }

    void quarantined() {
        quarantined.increment();
    }

    /** A limit of the call's instance made it fail so. */
    void limited(Reason reason) {
        var counter = limited.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    private Counter limited(String limit) {
        return Counter.builder("atoll.node.calls.limited")
                .tag("limit", limit)
                .description("Calls that failed for a limit of their instance")
                .register(registry);
    }

    private Counter counter(String what, String description) {
        return Counter.builder("atoll.node.instances." + what)
                .description(description)
                .register(registry);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }
}
