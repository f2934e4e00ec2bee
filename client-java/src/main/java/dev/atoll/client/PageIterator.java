package dev.atoll.client;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * Goes through a list of which servers give a page at a time; holds one. The first is fetched at
 * once, each other when it is read. One thread at a time.
 *
 * @param <P> a page
 * @param <T> what is on it
 */
final class PageIterator<P, T> implements Iterator<T> {
    private final Function<String, P> fetch;
    private final Function<P, ? extends Iterable<T>> content;
    private final Function<P, String> nextPageToken;

    private P page;
    private Iterator<T> rest;

    /**
     * Fetches the first page.
     *
     * @param fetch the page of a token; empty for the first
     * @param nextPageToken of a page; empty for the last
     */
    PageIterator(
            Function<String, P> fetch,
            Function<P, ? extends Iterable<T>> content,
            Function<P, String> nextPageToken) {
        this.fetch = fetch;
        this.content = content;
        this.nextPageToken = nextPageToken;
        this.page = fetch.apply("");
        this.rest = content.apply(page).iterator();
    }

    @Override
    public boolean hasNext() {
        // A page may be empty and still not be the last.
        while (!rest.hasNext() && !nextPageToken.apply(page).isEmpty()) {
            page = fetch.apply(nextPageToken.apply(page));
            rest = content.apply(page).iterator();
        }
        return rest.hasNext();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("nothing more on the list");
        }
        return rest.next();
    }
}
