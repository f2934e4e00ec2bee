package dev.atoll.node.migration;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.catalog.SchemaCatalog;
import dev.atoll.node.config.ActiveConfig;
import dev.atoll.node.declared.BlocksInForce;
import dev.atoll.node.schema.BlockSchema;
import dev.atoll.wire.InstanceKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All instances of the node, as the catalogue knows them, beside what is declared now. Thread-safe;
 * its methods read files.
 */
public final class Fleet {
    /** An operator reads no more; the rest is of the same kinds. */
    private static final int FAILURES_MAX = 100;

    private final Catalog catalog;
    private final BlocksInForce blocks;
    private final ActiveConfig config;

    public Fleet(Catalog catalog, BlocksInForce blocks, ActiveConfig config) {
        this.catalog = catalog;
        this.blocks = blocks;
        this.config = config;
    }

    /** Whether it is behind, and did not fail to get to this schema before. */
    boolean isDue(CatalogEntry entry) {
        var key = entry.key();
        var wanted = findSchema(key);
        if (wanted.isEmpty() || wanted.get().mark() == entry.content().schema().mark()) {
            return false;
        }
        var failed = catalog.schemas().findFailed(entry.incarnation());
        return failed.isEmpty() || failed.getAsLong() != wanted.get().mark();
    }

    /** The schema that it should have; empty where it is not declared. */
    Optional<BlockSchema> findSchema(InstanceKey key) {
        return blocks.findSchema(key.namespace(), key.id().isEmpty());
    }

    /** How far they are. */
    public MigrationStatus status() {
        var left = left();
        var byVersion = new TreeMap<Long, Long>();
        long undeclared = 0;
        for (var count : left.counts()) {
            if (wantedBy(count).isEmpty()) {
                undeclared += count.instances();
            } else {
                byVersion.merge(count.schema().version(), count.instances(), Long::sum);
            }
        }
        var failures = new ArrayList<SchemaCatalog.Failed>();
        for (var group : left.failed()) {
            failures.addAll(
                    catalog.schemas()
                            .failures(group.namespace(), group.schema().mark(), FAILURES_MAX));
        }
        failures.sort(Comparator.comparing(SchemaCatalog.Failed::key));
        return new MigrationStatus(
                byVersion,
                undeclared,
                left.sum(),
                failures.subList(0, Math.min(FAILURES_MAX, failures.size())),
                config.isMigrationPaused().orElse(false));
    }

    /** How many are behind. */
    MigrationStatus.Left count() {
        return left().sum();
    }

    /** Forgets those that failed to get to what is not declared any more. */
    void forgetOldFailures() {
        for (var group : catalog.schemas().countFailed()) {
            if (!isCurrent(group)) {
                catalog.schemas().forgetFailures(group.namespace(), group.schema().mark());
            }
        }
    }

    /** What the catalogue counts: all, and those that failed to get to what is declared now. */
    private record Counted(
            MigrationStatus.Left sum,
            List<SchemaCatalog.Count> counts,
            List<SchemaCatalog.Count> failed) {}

    private Counted left() {
        long version = config.current().map(now -> now.version().number()).orElse(0L);
        var counts = catalog.schemas().count();
        var failed = catalog.schemas().countFailed().stream().filter(this::isCurrent).toList();
        long failures = failed.stream().mapToLong(SchemaCatalog.Count::instances).sum();
        long behind =
                counts.stream()
                        .filter(
                                count ->
                                        wantedBy(count).stream()
                                                .anyMatch(
                                                        wanted ->
                                                                wanted.mark()
                                                                        != count.schema().mark()))
                        .mapToLong(SchemaCatalog.Count::instances)
                        .sum();
        // Counted one after the other: what changed in between must not make it negative.
        long pending = Math.max(0, behind - failures);
        return new Counted(new MigrationStatus.Left(version, pending, failures), counts, failed);
    }

    private Optional<BlockSchema> wantedBy(SchemaCatalog.Count count) {
        return blocks.findSchema(count.namespace(), count.single());
    }

    /** Whether it was the schema of its namespace, of either kind, that they did not get to. */
    private boolean isCurrent(SchemaCatalog.Count failed) {
        return blocks.findSchema(failed.namespace(), true).stream()
                        .anyMatch(wanted -> wanted.mark() == failed.schema().mark())
                || blocks.findSchema(failed.namespace(), false).stream()
                        .anyMatch(wanted -> wanted.mark() == failed.schema().mark());
    }
}
