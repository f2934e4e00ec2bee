package dev.atoll.node.sqlite;

import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.Origin;

/** Where an instance's commits go to become durable. One thread at a time: the lane. */
public interface CommitSink {
    /** What the next record of the instance says of where it comes from. */
    Origin origin(long timeMicros);

    /**
     * Takes a commit on its way. A {@link dev.atoll.wire.Failure} means that it did not take it and
     * never will: then the commit is undone.
     */
    void append(JournalRecord.Commit commit);
}
