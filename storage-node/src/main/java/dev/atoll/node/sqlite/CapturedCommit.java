package dev.atoll.node.sqlite;

import dev.atoll.node.journal.PageImages;
import java.util.List;

/**
 * What one COMMIT changed, as taken from the WAL. Immutable.
 *
 * @param pages the last image of each page, none beyond the end of the database
 * @param pageCount the length of the database in pages
 * @param walEnd where the commit ends in the WAL, in bytes
 */
record CapturedCommit(PageImages pages, int pageCount, long walEnd) {
    /** This one and the one before it, as one commit. */
    CapturedCommit over(CapturedCommit earlier) {
        var both = PageImages.builder(pages.pageSize(), earlier.pages.count() + pages.count());
        for (var images : List.of(earlier.pages, pages)) {
            for (int i = 0; i < images.count(); i++) {
                both.put(images.number(i), images.image(i));
            }
        }
        return new CapturedCommit(both.build(pageCount), pageCount, walEnd);
    }
}
