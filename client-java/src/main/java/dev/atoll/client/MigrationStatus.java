package dev.atoll.client;

import java.util.List;
import java.util.Map;

/**
 * How far the instances of declared namespaces are on their way to the tables that are declared.
 * Immutable.
 *
 * @param instancesByVersion how many by the version that their tables were brought to; 0: none yet
 * @param left what is not there
 * @param failures the first of those that failed, in the order of keys
 * @param paused whether those that nobody calls are left where they are
 * @param unavailableNodes nodes that did not answer; their instances are not counted
 */
public record MigrationStatus(
        Map<Long, Long> instancesByVersion,
        Left left,
        List<Failure> failures,
        boolean paused,
        List<String> unavailableNodes) {
    public MigrationStatus {
        instancesByVersion = Map.copyOf(instancesByVersion);
        failures = List.copyOf(failures);
        unavailableNodes = List.copyOf(unavailableNodes);
    }

    /**
     * What is not at the current version's tables.
     *
     * @param currentVersion 0 where no file was ever applied
     * @param pending those whose turn will come
     * @param failed those that stay where they are
     */
    public record Left(long currentVersion, long pending, long failed) {}

    /**
     * An instance that could not be brought to the declared tables.
     *
     * @param version that its tables still are at; 0: none
     * @param reason a reason, a colon, and a text
     */
    public record Failure(String namespace, String id, long version, String reason) {}
}
