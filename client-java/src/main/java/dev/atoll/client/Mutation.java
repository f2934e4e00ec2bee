package dev.atoll.client;

import java.util.List;

/**
 * What a mutation did, all of it, durably. Immutable.
 *
 * @param results one an operation, in order
 * @param bookmark the commit that holds the changes; for {@link Instance#atLeast}
 * @param replayed it had happened before: this is the remembered answer
 * @param cost of the call
 */
public record Mutation(List<WriteResult> results, String bookmark, boolean replayed, Cost cost) {
    public Mutation {
        results = List.copyOf(results);
    }

    /** How many rows all operations together inserted, updated or deleted. */
    public long changes() {
        return results.stream().mapToLong(WriteResult::changes).sum();
    }

    /** The rowid of the newest row inserted, by the last operation that did; 0 if none did. */
    public long lastInsertRowid() {
        return results.reversed().stream()
                .mapToLong(WriteResult::lastInsertRowid)
                .filter(rowid -> rowid != 0)
                .findFirst()
                .orElse(0);
    }

    /**
     * The id of the row that was written by the only operation, a typed one; of several, ask {@link
     * #results}.
     */
    public String id() {
        if (results.size() != 1) {
            throw new IllegalStateException(
                    "id: " + results.size() + " operations (expected: results().get(i).id())");
        }
        return results.getFirst().id();
    }

    /** The rows that the operation of that index gave, from 0. */
    public Rows rows(int index) {
        return results.get(index).rows();
    }
}
