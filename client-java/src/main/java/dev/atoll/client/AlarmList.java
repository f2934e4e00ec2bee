package dev.atoll.client;

import java.util.Iterator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The alarms of an instance, by time, fetched page by page as they are read. Each reading begins
 * anew; its iterators are for one thread at a time. Thread-safe.
 */
public final class AlarmList implements Iterable<AlarmInfo> {
    /** The largest page that servers give: the fewest calls. */
    private static final int PAGE_SIZE = 1_000;

    private final AsyncInstance awaited;

    AlarmList(AsyncInstance awaited) {
        this.awaited = awaited;
    }

    /**
     * Fetches one page.
     *
     * @param size 1 to 1,000
     * @param pageToken of the page before; empty for the first
     */
    public AlarmPage page(int size, String pageToken) {
        return Calls.await(awaited.alarms(size, pageToken));
    }

    @Override
    public Iterator<AlarmInfo> iterator() {
        return new PageIterator<>(
                token -> page(PAGE_SIZE, token), AlarmPage::alarms, AlarmPage::nextPageToken);
    }

    /** The alarms as a stream, just as lazy. */
    public Stream<AlarmInfo> stream() {
        return StreamSupport.stream(spliterator(), false);
    }
}
