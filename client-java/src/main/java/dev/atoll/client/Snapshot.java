package dev.atoll.client;

import java.util.List;

/**
 * The answers to several reads that saw one and the same state of the instance. Immutable.
 *
 * @param results one a statement, in order
 * @param bookmark the commit that they are as new as
 * @param cost of the whole call
 */
public record Snapshot(List<Rows> results, String bookmark, Cost cost) {
    public Snapshot {
        results = List.copyOf(results);
    }

    /** The rows of the statement of that index, from 0. */
    public Rows rows(int index) {
        return results.get(index);
    }
}
