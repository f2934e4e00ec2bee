package dev.atoll.client;

import dev.atoll.proto.v1.ListInstancesRequest;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A list of instances, fetched page by page as it is read, in the byte order of the keys. Each
 * reading begins anew; its iterators are for one thread at a time. Thread-safe.
 */
public final class InstanceList implements Iterable<InstanceInfo> {
    /** The largest page that servers give: the fewest calls. */
    private static final int PAGE_SIZE = 1_000;

    private final Calls calls;
    private final String namespace;
    private final String idPrefix;
    private final Set<Integer> unavailableShards = new ConcurrentSkipListSet<>();

    InstanceList(Calls calls, String namespace, String idPrefix) {
        this.calls = calls;
        this.namespace = namespace;
        this.idPrefix = idPrefix;
    }

    /**
     * Fetches one page.
     *
     * @param size 1 to 1,000
     * @param pageToken of the page before; empty for the first
     */
    public InstancePage page(int size, String pageToken) {
        var request =
                ListInstancesRequest.newBuilder()
                        .setNamespace(namespace)
                        .setIdPrefix(idPrefix)
                        .setPageSize(size)
                        .setPageToken(pageToken)
                        .build();
        var page =
                Calls.await(
                        calls.api()
                                .list(
                                        request,
                                        calls.deadline(),
                                        reply ->
                                                new InstancePage(
                                                        reply.getInstancesList().stream()
                                                                .map(Codec::instance)
                                                                .toList(),
                                                        reply.getNextPageToken(),
                                                        reply.getUnavailableShardsList())));
        unavailableShards.addAll(page.unavailableShards());
        return page;
    }

    /**
     * Shards whose node could not be asked, on any page read so far: the list is complete but for
     * them. Look here after reading.
     */
    public Set<Integer> unavailableShards() {
        return new TreeSet<>(unavailableShards);
    }

    @Override
    public Iterator<InstanceInfo> iterator() {
        return new PageIterator<>(
                token -> page(PAGE_SIZE, token),
                InstancePage::instances,
                InstancePage::nextPageToken);
    }

    /** The instances as a stream, just as lazy. */
    public Stream<InstanceInfo> stream() {
        return StreamSupport.stream(spliterator(), false);
    }
}
