package dev.atoll.node.operations;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Makes the ids of new rows: UUIDv7, each greater than the one before, so that rows by id are rows
 * by age. Thread-safe if the randomness is.
 */
public final class RowIds {
    private static final int COUNTER_BITS = 12;
    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    /** Steps are of many lengths: ids shall not tell how many rows others insert meanwhile. */
    private static final int STEP_MAX = 16;

    private final RandomGenerator random;

    /** Milliseconds, and a counter below them. */
    private final AtomicLong last = new AtomicLong();

    public RowIds(RandomGenerator random) {
        this.random = random;
    }

    String next(Instant now) {
        long moment = now.toEpochMilli() << COUNTER_BITS;
        long step = 1L + random.nextInt(STEP_MAX);
        long stamp = last.updateAndGet(before -> Math.max(before, moment) + step);
        long counter = stamp & ((1L << COUNTER_BITS) - 1);
        long high = (stamp >>> COUNTER_BITS) << 16 | VERSION | counter;
        return new UUID(high, random.nextLong() >>> 2 | VARIANT).toString();
    }
}
