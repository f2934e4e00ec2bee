package dev.atoll.wire;

/** Counts the owners of a shard; an older epoch can never commit again. Immutable. */
public record Epoch(long value) implements Comparable<Epoch> {
    public Epoch {
        if (value < 0) {
            throw new IllegalArgumentException("epoch: " + value + " (expected: >= 0)");
        }
    }

    /** The epoch of the next owner. */
    public Epoch next() {
        return new Epoch(value + 1);
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }
}
