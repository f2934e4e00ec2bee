package dev.atoll.client;

import java.util.concurrent.atomic.AtomicReference;

/** How new the answers to a handle's reads must be. Bookmarks are ordered as text. Thread-safe. */
final class ReadPoint {
    private final AtomicReference<String> bookmark;
    private final boolean follows;

    private ReadPoint(String bookmark, boolean follows) {
        this.bookmark = new AtomicReference<>(bookmark);
        this.follows = follows;
    }

    /** Any answer will do. */
    static ReadPoint any() {
        return new ReadPoint("", false);
    }

    static ReadPoint atLeast(String bookmark) {
        return new ReadPoint(bookmark, false);
    }

    /** As new as what was written through the same handle. */
    static ReadPoint following(String bookmark) {
        return new ReadPoint(bookmark, true);
    }

    /** Empty if any answer will do. */
    String bookmark() {
        return bookmark.get();
    }

    /** Something was written through the handle. */
    void wrote(String newer) {
        if (follows) {
            bookmark.accumulateAndGet(newer, (a, b) -> a.compareTo(b) >= 0 ? a : b);
        }
    }

    /** The instance is gone, and its bookmarks with it. */
    void deleted() {
        if (follows) {
            bookmark.set("");
        }
    }
}
