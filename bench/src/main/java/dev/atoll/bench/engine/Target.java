package dev.atoll.bench.engine;

import com.google.errorprone.annotations.Immutable;
import java.util.Locale;

/**
 * What a figure has to be. Immutable.
 *
 * @param direction on which side of the bound
 * @param bound what is to be reached
 * @param of what the bound is about
 */
@Immutable
public record Target(Direction direction, double bound, Subject of) {
    /** Which side of a bound is the good one. */
    public enum Direction {
        AT_LEAST,
        AT_MOST
    }

    /** What a bound is about. */
    public enum Subject {
        /** Our figure divided by the yardstick's. */
        RATIO,
        /** Our figure itself. */
        OURS
    }

    static Target ratioAtLeast(double bound) {
        return new Target(Direction.AT_LEAST, bound, Subject.RATIO);
    }

    static Target ratioAtMost(double bound) {
        return new Target(Direction.AT_MOST, bound, Subject.RATIO);
    }

    static Target oursAtMost(double bound) {
        return new Target(Direction.AT_MOST, bound, Subject.OURS);
    }

    boolean isReached(double ours, double ratio) {
        double found =
                switch (of) {
                    case RATIO -> ratio;
                    case OURS -> ours;
                };
        return switch (direction) {
            case AT_LEAST -> found >= bound;
            case AT_MOST -> found <= bound;
        };
    }

    @Override
    public String toString() {
        var side =
                switch (direction) {
                    case AT_LEAST -> ">= ";
                    case AT_MOST -> "<= ";
                };
        return switch (of) {
            case RATIO -> side + String.format(Locale.ROOT, "%.2f x", bound);
            case OURS -> side + String.format(Locale.ROOT, "%.0f", bound);
        };
    }
}
