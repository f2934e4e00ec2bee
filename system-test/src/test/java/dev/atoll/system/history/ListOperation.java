package dev.atoll.system.history;

import java.util.List;

/** One operation on one list that only grows at its end. Immutable. */
public sealed interface ListOperation {
    String by();

    Interval when();

    /**
     * An item, which no other operation appends, was appended.
     *
     * @param certain whether a reply said so; if not, it was appended once or not at all
     */
    record Append(String by, Interval when, long item, boolean certain) implements ListOperation {}

    /**
     * Showed all items from a place on.
     *
     * @param from how many items before the first shown were left out
     */
    record Read(String by, Interval when, int from, List<Long> items) implements ListOperation {
        public Read {
            items = List.copyOf(items);
        }

        /** How long the list was. */
        int length() {
            return from + items.size();
        }
    }

    /** Showed that the list was so long, and what its last item was. */
    static Read last(String by, Interval when, int length, long item) {
        return new Read(by, when, length - 1, List.of(item));
    }
}
