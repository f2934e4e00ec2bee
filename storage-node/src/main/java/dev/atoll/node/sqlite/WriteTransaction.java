package dev.atoll.node.sqlite;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** One transaction that may write. Used only inside {@link InstanceDatabase#write}. */
public final class WriteTransaction extends ReadTransaction {
    WriteTransaction() {}

    /** Runs a statement of any allowed kind. */
    public SqlResult execute(SqlCall call) {
        Pending.check();
        throw Pending.raise();
    }

    /**
     * The number that this transaction's commit will carry if it changes anything, as remembering a
     * request does.
     */
    public long nextCommit() {
        Pending.check();
        throw Pending.raise();
    }

    /** Whether anything changed so far. */
    public boolean changed() {
        Pending.check();
        throw Pending.raise();
    }

    /**
     * What was remembered for the request of this principal. Throws VALIDATION_FAILED if the id is
     * not a UUIDv7 or lies in the future, REQUEST_ID_EXPIRED if it is older than the window, and
     * OVERLOADED if nothing more can be remembered now. To be called before anything runs.
     */
    public Optional<Remembered> findRequest(String principal, UUID id, Instant now) {
        Pending.check();
        throw Pending.raise();
    }

    /**
     * Remembers the reply, in this transaction, for a request that {@link #findRequest} did not
     * find. Throws LIMIT_EXCEEDED if the reply is too long.
     */
    public void remember(String principal, UUID id, Remembered remembered) {
        Pending.check();
        throw Pending.raise();
    }
}
