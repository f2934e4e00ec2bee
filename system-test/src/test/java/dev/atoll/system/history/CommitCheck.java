package dev.atoll.system.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the commit numbers of an instance are what they promise: each is made once, none goes
 * back in real time, and none is left out. Immutable.
 */
final class CommitCheck {
    private CommitCheck() {}

    /**
     * Why the numbers are wrong; empty if they are not.
     *
     * @param unknown how many operations may have made a commit that no reply named
     */
    static Optional<String> problem(List<CommitOperation> operations, int unknown) {
        return makers(operations).or(() -> order(operations)).or(() -> gaps(operations, unknown));
    }

    private static Optional<String> makers(List<CommitOperation> operations) {
        Map<Long, CommitOperation> makers = new HashMap<>();
        for (var operation : operations) {
            var other = operation.made() ? makers.put(operation.commit(), operation) : null;
            if (other != null) {
                return Optional.of("one commit made twice: " + operation + " and " + other);
            }
        }
        return Optional.empty();
    }

    private record Bound(long nanos, boolean isEnd, CommitOperation operation) {}

    private static Optional<String> order(List<CommitOperation> operations) {
        var bounds = new ArrayList<Bound>();
        for (var operation : operations) {
            bounds.add(new Bound(operation.when().start(), false, operation));
            bounds.add(new Bound(operation.when().end(), true, operation));
        }
        // At the same moment beginnings come first: then the two overlap.
        bounds.sort(Comparator.comparingLong(Bound::nanos).thenComparing(Bound::isEnd));
        CommitOperation newest = null;
        for (var bound : bounds) {
            var operation = bound.operation;
            if (bound.isEnd) {
                newest =
                        newest == null || operation.commit() > newest.commit() ? operation : newest;
            } else if (newest != null
                    && (operation.commit() < newest.commit()
                            || (operation.made() && operation.commit() == newest.commit()))) {
                return Optional.of(operation + " (expected: newer than " + newest + ")");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> gaps(List<CommitOperation> operations, int unknown) {
        long newest = operations.stream().mapToLong(CommitOperation::commit).max().orElse(0);
        long made = operations.stream().filter(CommitOperation::made).count();
        if (newest > made + unknown) {
            return Optional.of(
                    "newest commit "
                            + newest
                            + " (expected: at most "
                            + (made + unknown)
                            + ", of "
                            + made
                            + " acknowledged ones and "
                            + unknown
                            + " of unknown outcome)");
        }
        return Optional.empty();
    }
}
