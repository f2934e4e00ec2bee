package dev.atoll.node.disk;

import org.jspecify.annotations.Nullable;

/** A write to a file that is not safe yet, or a cut where {@code bytes} is null. Immutable. */
final class Unsynced {
    private final int at;
    private final byte @Nullable [] bytes;

    Unsynced(int at, byte @Nullable [] bytes) {
        this.at = at;
        this.bytes = bytes;
    }

    int at() {
        return at;
    }

    byte @Nullable [] bytes() {
        return bytes;
    }
}
