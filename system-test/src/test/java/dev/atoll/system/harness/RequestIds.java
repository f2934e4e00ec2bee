package dev.atoll.system.harness;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Draws request ids: UUIDs of version 7. Immutable. */
public final class RequestIds {
    private RequestIds() {}

    public static String now() {
        return at(Instant.now());
    }

    /** An id that says it was drawn then. */
    public static String at(Instant time) {
        var random = ThreadLocalRandom.current();
        long high = time.toEpochMilli() << 16 | 0x7000 | random.nextInt(0x1000);
        long low = random.nextLong() >>> 2 | Long.MIN_VALUE;
        return new UUID(high, low).toString();
    }
}
