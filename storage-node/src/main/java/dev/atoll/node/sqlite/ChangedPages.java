package dev.atoll.node.sqlite;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The pages of a database file that were written since it was folded, and the checksum of what is
 * in each. There is one for every open instance, so it is small. One thread at a time.
 */
final class ChangedPages {
    /** Number and checksum in one, by number. */
    private long[] pages = {};

    boolean isEmpty() {
        return pages.length == 0;
    }

    /** Adds pages that were written after those that are in here, and take their place. */
    void add(SortedMap<Integer, Integer> written) {
        var all = all();
        all.putAll(written);
        pages =
                all.entrySet().stream()
                        .mapToLong(page -> packed(page.getKey(), page.getValue()))
                        .toArray();
    }

    /** The checksums by the pages' numbers. */
    SortedMap<Integer, Integer> all() {
        var all = new TreeMap<Integer, Integer>();
        Arrays.stream(pages).forEach(page -> all.put((int) (page >>> 32), (int) page));
        return all;
    }

    private static long packed(int number, int sum) {
        return ((long) number << 32) | Integer.toUnsignedLong(sum);
    }

    void clear() {
        pages = new long[0];
    }
}
