package dev.atoll.bench.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** What can be measured: one line of the report each. */
public enum EngineRow {
    /** Durable inserts into one instance, beside SQLite alone with one sync an insert. */
    INSERT_ONE("insert-one", "inserts/s", Target.ratioAtLeast(6)),
    /** The same over many instances, beside as many files. */
    INSERT_MANY("insert-many", "inserts/s", Target.ratioAtLeast(5)),
    /** Inserts with a request_id, beside inserts without. */
    INSERT_REQUEST_ID("insert-request-id", "inserts/s", Target.ratioAtLeast(0.8)),
    /** From a sleeping instance to its first row, beside SQLite's open, read, close. */
    WAKE("wake", "us", Target.ratioAtMost(2)),
    /** Inserts into the hot ones of very many instances, beside a node that has no others. */
    MANY_SLEEPING("many-sleeping", "inserts/s", Target.ratioAtLeast(0.8)),
    /** Memory of an open instance, beside that of an open SQLite connection. */
    OPEN_MEMORY("open-memory", "KiB", Target.oursAtMost(130)),
    /** The slowest hundredth of calls while a neighbour scans, beside the same without. */
    SCAN_NEIGHBOUR("scan-neighbour", "us p99", Target.ratioAtMost(3)),
    /** What the device writes for an insert, beside SQLite alone at the same rate. */
    DEVICE_BYTES("device-bytes", "bytes/insert", Target.ratioAtMost(0.5)),
    /**
     * From the start after a kill until all is redone, beside SQLite's own recovery of its files.
     */
    RECOVERY("recovery", "s", Target.oursAtMost(60)),
    /**
     * The slowest hundredth of calls while sleeping instances are migrated, beside the same
     * without.
     */
    MIGRATE("migrate", "us p99", Target.ratioAtMost(2)),
    /** A list of 100 rows under a rule, beside the same SELECT without it. */
    RULES("rules", "us", Target.ratioAtMost(1.3));

    private final String label;
    private final String unit;
    private final Target target;

    EngineRow(String label, String unit, Target target) {
        this.label = label;
        this.unit = unit;
        this.target = target;
    }

    /** Its name in options and reports. */
    public String label() {
        return label;
    }

    /** Of both figures. */
    public String unit() {
        return unit;
    }

    public Target target() {
        return target;
    }

    /** How long each figure is measured unless told otherwise. */
    Duration standardDuration() {
        return switch (this) {
            case INSERT_ONE,
                    INSERT_MANY,
                    INSERT_REQUEST_ID,
                    WAKE,
                    MANY_SLEEPING,
                    OPEN_MEMORY,
                    RECOVERY,
                    RULES ->
                    Duration.ofSeconds(5);
            case SCAN_NEIGHBOUR, MIGRATE -> Duration.ofSeconds(10);
            // Folds, trims and the system's own writing back have to come round.
            case DEVICE_BYTES -> Duration.ofSeconds(60);
        };
    }

    /** The one of that name, if there is one. */
    public static Optional<EngineRow> find(String label) {
        return Arrays.stream(values()).filter(row -> row.label.equals(label)).findFirst();
    }
}
