package dev.atoll.client;

/**
 * What one operation of a mutation did. Immutable.
 *
 * @param rows what it gave, as {@code RETURNING} and SELECT do; empty otherwise
 * @param changes how many rows it inserted, updated or deleted, without those that triggers and
 *     foreign keys changed
 * @param lastInsertRowid the rowid of the newest row it inserted; 0 if it inserted none
 */
public record WriteResult(Rows rows, long changes, long lastInsertRowid) {}
