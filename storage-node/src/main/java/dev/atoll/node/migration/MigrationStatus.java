package dev.atoll.node.migration;

import dev.atoll.node.catalog.SchemaCatalog;
import java.util.List;
import java.util.Map;

/**
 * How far the instances of this node are. Immutable.
 *
 * @param instancesByVersion those of declared namespaces, by the version that they were brought to
 * @param undeclared the others, which are left alone
 * @param left what is behind
 * @param failures the first of those that failed, in the order of keys
 * @param paused whether the background pass is known to be paused
 */
public record MigrationStatus(
        Map<Long, Long> instancesByVersion,
        long undeclared,
        Left left,
        List<SchemaCatalog.Failed> failures,
        boolean paused) {
    public MigrationStatus {
        instancesByVersion = Map.copyOf(instancesByVersion);
        failures = List.copyOf(failures);
    }

    /**
     * What is behind the declared schema.
     *
     * @param currentVersion of the declarations; 0 where there are none
     * @param pending those whose turn will come
     * @param failed those that stay where they are
     */
    public record Left(long currentVersion, long pending, long failed) {}
}
