package dev.atoll.node.journal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What the node counts of its journal. Thread-safe.
 *
 * <p>position.durable rises by what records counts; written bytes are padding included, so they are
 * what the disk was given.
 */
public final class JournalMetrics {
    private final MeterRegistry registry;
    private final Counter batches;
    private final Counter records;
    private final Counter bytes;
    private final Counter refusals;
    private final Timer syncTime;

    public JournalMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.batches = counter("batches", "Batches that were written and synced");
        this.records = counter("records", "Records that became durable");
        this.bytes =
                Counter.builder("atoll.node.journal.written")
                        .description("Bytes written, padding included")
                        .baseUnit("bytes")
                        .register(registry);
        this.refusals = counter("refusals", "Records refused: no space, or too much waits");
        this.syncTime =
                Timer.builder("atoll.node.journal.sync.time")
                        .description("Time to write a batch and sync it")
                        .publishPercentileHistogram()
                        .register(registry);
    }

    /** Shows a log; once. */
    void watch(FileJournal journal) {
        gauge("waiting", "bytes", "Bytes that wait to be written, at most", journal::waitingBytes);
        gauge("size", "bytes", "Bytes of all segments", () -> journal.size().bytes());
        gauge(
                "size.max",
                "bytes",
                "Bytes above which it is trimmed",
                () -> journal.size().bytesMax());
        gauge("position.start", "records", "Position before the oldest record", journal::start);
        gauge(
                "position.durable",
                "records",
                "Position of the newest durable record",
                journal::durable);
        gauge(
                "failed",
                "",
                "1 once a write or sync has failed, else 0",
                () -> journal.failure().isPresent() ? 1 : 0);
    }

    void batchWritten(int batchRecords, long batchBytes, long nanos) {
        batches.increment();
        records.increment(batchRecords);
        bytes.increment((double) batchBytes);
        syncTime.record(nanos, TimeUnit.NANOSECONDS);
    }

    void refused() {
        refusals.increment();
    }

    private Counter counter(String name, String description) {
        return Counter.builder("atoll.node.journal." + name)
                .description(description)
                .register(registry);
    }

    private void gauge(String name, String unit, String description, Supplier<Number> value) {
        var gauge = Gauge.builder("atoll.node.journal." + name, value).description(description);
        (unit.isEmpty() ? gauge : gauge.baseUnit(unit)).register(registry);
    }
}
