package dev.atoll.client;

/**
 * What one read of several found. Immutable.
 *
 * @param rows what it gave; empty of a count
 * @param count what a count found; 0 otherwise
 * @param nextPageToken of a page that is not the last; empty otherwise
 */
public record ReadResult(Rows rows, long count, String nextPageToken) {}
