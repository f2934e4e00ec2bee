package dev.atoll.client;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Rows of a table, however many, fetched page by page as they are read. Each reading begins anew;
 * its iterators are for one thread at a time. Thread-safe.
 *
 * <p>Each page is a call of its own, and sees the rows as they are then. A page begins after the
 * last row of the one before, by the order of the list: rows that come and go meanwhile make no
 * other row come twice or not at all. Pages of a search begin after a number of rows, and may.
 */
public final class RowList implements Iterable<Row> {
    private final AsyncRowList pages;

    RowList(AsyncRowList pages) {
        this.pages = pages;
    }

    /** The same, read in pages of so many rows; 100 otherwise. */
    public RowList inPagesOf(int size) {
        return new RowList(pages.inPagesOf(size));
    }

    /**
     * Fetches the first page.
     *
     * @param size 1 to 1,000
     */
    public RowPage page(int size) {
        return page(size, "");
    }

    /**
     * Fetches one page.
     *
     * @param size 1 to 1,000
     * @param pageToken of the page before, of the same list and caller; empty for the first
     */
    public RowPage page(int size, String pageToken) {
        return Calls.await(pages.page(size, pageToken));
    }

    /** Fetches the first row; empty if there is none. */
    public Optional<Row> first() {
        return Calls.await(pages.first());
    }

    @Override
    public Iterator<Row> iterator() {
        return new PageIterator<>(
                token -> page(pages.pageSize(), token), RowPage::rows, RowPage::nextPageToken);
    }

    /** The rows as a stream, just as lazy. */
    public Stream<Row> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    /** All rows as records, which are all in memory then; as {@link Rows#as}. */
    public <T extends Record> List<T> as(Class<T> type) {
        return stream().map(row -> row.as(type)).toList();
    }
}
