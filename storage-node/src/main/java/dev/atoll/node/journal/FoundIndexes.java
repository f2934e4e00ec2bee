package dev.atoll.node.journal;

import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * The indexes of the segments that a start finds. They are made one after the other, each with its
 * header and at its full length before it has its name: what is not so was lost. One thread at a
 * time.
 */
final class FoundIndexes {
    private final TreeSet<Long> found = new TreeSet<>();
    private final TreeSet<Long> lost = new TreeSet<>();

    void add(long index) {
        found.add(index);
    }

    /** That one has no good header, or is too short. */
    void lost(long index) {
        lost.add(index);
    }

    boolean isAnyLost() {
        return !lost.isEmpty();
    }

    /** 0 if there is none. */
    long newest() {
        return found.isEmpty() ? 0 : found.last();
    }

    /**
     * The segment from the newest one in use on that is missing, or lost something: the log may
     * have ended there. Those before it show in the positions of what follows them.
     *
     * @param newestInUse 0 if there is none
     */
    OptionalLong lostAtEnd(long newestInUse) {
        var damaged = lost.ceiling(newestInUse);
        if (damaged != null) {
            return OptionalLong.of(damaged);
        }
        long before = newestInUse;
        for (long index : found.tailSet(newestInUse, false)) {
            if (before > 0 && index != before + 1) {
                return OptionalLong.of(before + 1);
            }
            before = index;
        }
        return OptionalLong.empty();
    }
}
