package dev.atoll.system.history;

import java.util.OptionalLong;

/**
 * One operation on one register, a variable that holds a number. Immutable.
 *
 * @param by who did it, for the report
 * @param certain whether a reply said that it happened; if not, it happened once or not at all
 */
public record RegisterOperation(String by, Interval when, Action action, boolean certain) {

    /** What was done, and what came of it. */
    public sealed interface Action {
        /** The state after it; empty if it could not have come out so in that state. */
        OptionalLong apply(long state);
    }

    /** Showed the value. */
    public record Read(long value) implements Action {
        @Override
        public OptionalLong apply(long state) {
            return state == value ? OptionalLong.of(state) : OptionalLong.empty();
        }
    }

    /** Set the value. */
    public record Write(long value) implements Action {
        @Override
        public OptionalLong apply(long state) {
            return OptionalLong.of(value);
        }
    }

    /** Compared and set: {@code done} says whether the value was the expected one. */
    public record Swap(long expected, long next, boolean done) implements Action {
        @Override
        public OptionalLong apply(long state) {
            if (done != (state == expected)) {
                return OptionalLong.empty();
            }
            return OptionalLong.of(done ? next : state);
        }
    }
}
