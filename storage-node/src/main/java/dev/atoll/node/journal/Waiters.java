package dev.atoll.node.journal;

import org.jspecify.annotations.Nullable;

/**
 * Who waits for which position, in the order of positions. One thread at a time.
 *
 * <p>A ring of two arrays: positions come almost in order, so entering one is a step or two, and
 * nothing is allocated.
 */
final class Waiters {
    private long[] positions = new long[256];
    private @Nullable Durable[] waiting = new Durable[256];
    private int head;
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    void add(long position, Durable done) {
        if (count == positions.length) {
            grow();
        }
        int i = count++;
        while (i > 0 && positions[slot(i - 1)] > position) {
            positions[slot(i)] = positions[slot(i - 1)];
            waiting[slot(i)] = waiting[slot(i - 1)];
            i--;
        }
        positions[slot(i)] = position;
        waiting[slot(i)] = done;
    }

    /** Takes out the next that waits for that position at most; null if there is none. */
    @Nullable Durable poll(long position) {
        if (count == 0 || positions[head] > position) {
            return null;
        }
        var done = waiting[head];
        waiting[head] = null;
        head = slot(1);
        count--;
        return done;
    }

    private int slot(int i) {
        // The length is a power of two.
        return (head + i) & (positions.length - 1);
    }

    private void grow() {
        var morePositions = new long[positions.length * 2];
        @Nullable Durable[] moreWaiting = new Durable[positions.length * 2];
        for (int i = 0; i < count; i++) {
            morePositions[i] = positions[slot(i)];
            moreWaiting[i] = waiting[slot(i)];
        }
        positions = morePositions;
        waiting = moreWaiting;
        head = 0;
    }
}
