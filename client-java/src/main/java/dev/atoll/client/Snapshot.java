package dev.atoll.client;

import java.util.List;

/**
 * The answers to several reads that saw one and the same state of the instance. Immutable.
 *
 * @param results one a read, in order
 * @param bookmark the commit that they are as new as
 * @param cost of the whole call
 */
public record Snapshot(List<ReadResult> results, String bookmark, Cost cost) {
    public Snapshot {
        results = List.copyOf(results);
    }

    /** The rows that the read of that index gave, from 0. */
    public Rows rows(int index) {
        return results.get(index).rows();
    }

    /** What the count of that index found, from 0. */
    public long count(int index) {
        return results.get(index).count();
    }
}
