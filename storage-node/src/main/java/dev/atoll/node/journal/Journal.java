package dev.atoll.node.journal;

import dev.atoll.wire.Failure;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The log, as everything above sees it. Thread-safe.
 *
 * <p>A <em>position</em> counts records: the first record of a log has position 1, and the position
 * of a record is the one <em>after</em> it. "Up to a position" includes that record. An
 * <em>address</em> is where a record's bytes are; it means nothing but to {@link #read}.
 */
public interface Journal extends AutoCloseable {
    /**
     * Takes the record and returns its position; never waits for the disk. Any exception is a
     * definite refusal: the record is not in the log and never will be.
     *
     * <p>Throws NODE_FULL when space is short (writes go on when there is some again), OVERLOADED
     * when too much waits to be written, SHUTTING_DOWN after close, and OUTCOME_UNKNOWN once a
     * write or sync has failed: the node has to stop then.
     */
    long append(JournalRecord record);

    /** Every record up to here is durable. */
    long durable();

    /** The position of the newest record that was appended or found. */
    long last();

    /** Why nothing becomes durable any more; empty while all is well. */
    Optional<Failure> failure();

    /**
     * Tells {@code done} once everything up to that position is durable: at once on this thread if
     * it is, else on the writer thread, in the order of positions. Waiting for Long.MAX_VALUE tells
     * of nothing but the failure, or of SHUTTING_DOWN at the end of close.
     */
    void whenDurable(long position, Durable done);

    /** The oldest record that is kept has the position after this one. */
    long start();

    /**
     * The position up to which the oldest segment reaches: instances with unfolded commits up to
     * here hold it back. The newest position where there is only one segment.
     */
    long oldestSegmentEnd();

    /**
     * Damage that was found when the log was opened, such as readers cannot see included: a file
     * that is not there, or whose header is not. That inside records is found by reading them.
     */
    List<Damage> damages();

    /** The bytes of all segments that hold records, and how many there should be at most. */
    JournalSize size();

    /** The durable records after that position, oldest first; closed by the caller. */
    JournalReader readFrom(long position) throws IOException;

    /**
     * The same without their pages: fast, for an index of what is where. Each {@link
     * JournalEntry.Listed} has the address for {@link #read}.
     */
    JournalReader listFrom(long position) throws IOException;

    /** The record at that address; throws CORRUPTION naming file and offset if it is damaged. */
    JournalRecord read(long address) throws IOException;

    /**
     * Says that no record up to that position is needed any more. Whole segments are given free
     * soon after, once the log itself says durably that it starts later.
     */
    void trim(long below);

    /** Writes all that waits, then ends. */
    @Override
    void close() throws IOException;
}
