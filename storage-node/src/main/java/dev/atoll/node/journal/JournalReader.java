package dev.atoll.node.journal;

import java.io.IOException;
import java.util.Optional;

/**
 * Reads the log, oldest record first. One thread at a time.
 *
 * <p>Segments it has not passed are not given free while it is open, so it is closed soon.
 */
public interface JournalReader extends AutoCloseable {
    /** The next entry; empty at the end of what is durable now. */
    Optional<JournalEntry> next() throws IOException;

    @Override
    void close() throws IOException;
}
