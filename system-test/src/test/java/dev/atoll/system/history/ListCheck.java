package dev.atoll.system.history;

import dev.atoll.system.history.ListOperation.Append;
import dev.atoll.system.history.ListOperation.Read;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether a list's history is linearizable: all reads are beginnings of one sequence, which holds
 * each item once, in the order of real time, and never becomes shorter. Used by one thread, once.
 */
final class ListCheck {
    private final TreeMap<Integer, Long> sequence = new TreeMap<>();
    private final Map<Long, Integer> places = new HashMap<>();
    private final Map<Long, Append> appends = new HashMap<>();
    private final List<Read> reads = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private ListCheck() {}

    /** Why the history of a list that began empty is wrong; empty if it is not. */
    static Optional<String> problem(List<ListOperation> operations) {
        var check = new ListCheck();
        for (var operation : operations) {
            switch (operation) {
                case Append append -> check.add(append);
                case Read read -> check.reads.add(read);
            }
        }
        check.mergeReads();
        check.findStrangers();
        check.checkOrder();
        return check.problems.stream().findFirst();
    }

    private void add(Append append) {
        if (appends.put(append.item(), append) != null) {
            throw new IllegalArgumentException("item: " + append.item() + " (expected: sent once)");
        }
    }

    private void mergeReads() {
        for (var read : reads) {
            for (int i = 0; i < read.items().size(); i++) {
                merge(read, read.from() + i, read.items().get(i));
            }
        }
    }

    private void merge(Read read, int place, long item) {
        var other = sequence.putIfAbsent(place, item);
        if (other != null && other != item) {
            problems.add(place + ": " + item + " in " + read + " (expected: " + other + ")");
        }
        var before = places.putIfAbsent(item, place);
        if (before != null && before != place) {
            problems.add(item + ": twice, at " + before + " and at " + place + ", in " + read);
        }
    }

    private void findStrangers() {
        sequence.forEach(
                (place, item) -> {
                    if (!appends.containsKey(item)) {
                        problems.add(place + ": " + item + " (expected: an item that was sent)");
                    }
                });
    }

    /** At a moment the list was at least, or at most, so long. */
    private record Bound(long nanos, boolean isEnd, int length, String why) {}

    /**
     * Sweeps over time. Where something ended, the list is known to be so long from then on; what
     * begins afterwards must not have seen less, and what it appends comes behind.
     */
    private void checkOrder() {
        var bounds = new ArrayList<Bound>();
        for (var read : reads) {
            bounds.add(new Bound(read.when().start(), false, read.length(), read.toString()));
            bounds.add(new Bound(read.when().end(), true, read.length(), read.toString()));
        }
        for (var append : appends.values()) {
            var place = places.get(append.item());
            if (place != null) {
                // Before it, the list was shorter.
                bounds.add(new Bound(append.when().start(), false, place, append.toString()));
                bounds.add(new Bound(append.when().end(), true, place + 1, append.toString()));
            } else if (append.certain()) {
                checkNotMissed(append);
            }
        }
        // At the same moment beginnings come first: then the two overlap.
        bounds.sort(Comparator.comparingLong(Bound::nanos).thenComparing(Bound::isEnd));
        int known = 0;
        var why = "";
        for (var bound : bounds) {
            if (bound.isEnd && bound.length > known) {
                known = bound.length;
                why = bound.why;
            } else if (!bound.isEnd && bound.length < known) {
                problems.add(
                        "length "
                                + bound.length
                                + " at the start of "
                                + bound.why
                                + " (expected: at least "
                                + known
                                + ", as at the end of "
                                + why
                                + ")");
            }
        }
    }

    /** An item that no read shows was appended behind all that reads have shown. */
    private void checkNotMissed(Append append) {
        for (var read : reads) {
            if (append.when().isBefore(read.when())) {
                problems.add(append + " is in no read, but " + read + " began later");
            }
        }
    }
}
