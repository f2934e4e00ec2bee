package dev.atoll.client;

import java.util.List;

/**
 * One page of a list of instances. Immutable.
 *
 * @param instances in the byte order of their keys
 * @param nextPageToken for {@link InstanceList#page}; empty on the last page
 * @param unavailableShards whose node could not be asked: the page is complete but for them
 */
public record InstancePage(
        List<InstanceInfo> instances, String nextPageToken, List<Integer> unavailableShards) {
    public InstancePage {
        instances = List.copyOf(instances);
        unavailableShards = List.copyOf(unavailableShards);
    }
}
