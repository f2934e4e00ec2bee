package dev.atoll.client;

import java.util.List;

/**
 * One page of the rows of a table. Immutable.
 *
 * @param rows in their order
 * @param nextPageToken for {@link RowList#page(int, String)}; empty on the last page
 */
public record RowPage(Rows rows, String nextPageToken) {
    /** Whether there is none after it. */
    public boolean isLast() {
        return nextPageToken.isEmpty();
    }

    /** As {@link Rows#as}. */
    public <T extends Record> List<T> as(Class<T> type) {
        return rows.as(type);
    }
}
