package dev.atoll.node.sqlite;

import dev.atoll.node.journal.PageImages;

/**
 * What one COMMIT changed, as taken from the WAL. Immutable.
 *
 * @param pages the last image of each page, none beyond the end of the database
 * @param pageCount the length of the database in pages
 * @param walEnd where the commit ends in the WAL, in bytes
 */
record CapturedCommit(PageImages pages, int pageCount, long walEnd) {}
