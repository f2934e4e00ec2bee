package dev.atoll.node.instance;

/**
 * On what terms a call runs. Immutable if its guard is.
 *
 * @param deadlineNanos when it must be answered, by {@link System#nanoTime()}
 * @param guard what it passes before it begins
 */
public record Terms(long deadlineNanos, Guard guard) {
    /** Terms without more than the deadline. */
    public static Terms until(long deadlineNanos) {
        return new Terms(deadlineNanos, Runnable::run);
    }

    /** Stands in front of a call, in its lane. */
    public interface Guard {
        /**
         * Lets the call begin, or throws why it may not.
         *
         * @param ownership throws NOT_OWNER if the shard is not served here
         */
        void enter(Runnable ownership);
    }
}
