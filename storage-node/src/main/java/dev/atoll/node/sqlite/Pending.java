package dev.atoll.node.sqlite;

/** Marks what the signatures promise and the next commits bring. */
final class Pending {
    private Pending() {}

    static void check() {}

    static IllegalStateException raise() {
        return new IllegalStateException("not there yet");
    }
}
