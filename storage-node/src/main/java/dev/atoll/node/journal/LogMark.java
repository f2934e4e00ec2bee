package dev.atoll.node.journal;

import java.io.IOException;
import java.util.OptionalLong;

/**
 * Remembers, outside the journal's folder, which log is in it: an empty folder looks like a new
 * log, and all that was only in the old one would be gone without a word. Thread-safe.
 */
public interface LogMark {
    /** Remembers nothing: for those who only look. */
    LogMark NONE =
            new LogMark() {
                @Override
                public OptionalLong find() {
                    return OptionalLong.empty();
                }

                @Override
                public void keep(long logId) {}

                @Override
                public String advice() {
                    return "";
                }
            };

    /** The id of the log that belongs here; empty before there was a durable record. */
    OptionalLong find();

    /** Remembers that id, durably when this returns. */
    void keep(long logId) throws IOException;

    /** Where it is remembered, and what to do to forget it, for a message. */
    String advice();
}
