package dev.atoll.client;

import java.util.NoSuchElementException;

/**
 * What one operation of a mutation did. Immutable.
 *
 * @param rows what it gave, as {@code RETURNING} and SELECT do; of a typed insert, update or
 *     upsert, the id of the row; empty otherwise
 * @param changes how many rows it inserted, updated or deleted, without those that triggers and
 *     foreign keys changed
 * @param lastInsertRowid the rowid of the newest row it inserted; 0 if it inserted none
 * @param count what a count found; 0 otherwise
 * @param nextPageToken of a page that is not the last; empty otherwise
 */
public record WriteResult(
        Rows rows, long changes, long lastInsertRowid, long count, String nextPageToken) {
    /**
     * The id of the row that a typed insert, update or upsert wrote; NoSuchElementException of
     * anything else.
     */
    public String id() {
        if (rows.size() != 1) {
            throw new NoSuchElementException(
                    "id: " + rows.size() + " rows (expected: that of one row, which was written)");
        }
        return rows.get(0).text(Selected.ID);
    }
}
