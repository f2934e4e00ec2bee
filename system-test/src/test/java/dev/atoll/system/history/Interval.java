package dev.atoll.system.history;

/**
 * When an operation was under way, by {@link System#nanoTime()} of one process, which is outside of
 * what is tested. It took effect at some moment in between. Immutable.
 *
 * @param start before it was sent
 * @param end after its reply had come; {@link #OPEN} if none came: it may take effect at any time
 */
public record Interval(long start, long end) {
    static final long OPEN = Long.MAX_VALUE;

    public Interval {
        if (end < start) {
            throw new IllegalArgumentException("end: " + end + " (expected: >= " + start + ")");
        }
    }

    /** From then to now. */
    public static Interval since(long start) {
        return new Interval(start, System.nanoTime());
    }

    /** Began then, and nobody knows whether it ended. */
    public static Interval openSince(long start) {
        return new Interval(start, OPEN);
    }

    /** Whether it was over before the other began. */
    public boolean isBefore(Interval other) {
        return end < other.start;
    }

    @Override
    public String toString() {
        return "[" + start + ", " + (end == OPEN ? "open" : end) + "]";
    }
}
