package dev.atoll.node.sqlite;

import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * One open instance: its database file and the one connection to it. One thread at a time (the
 * instance's lane).
 */
public final class InstanceDatabase implements AutoCloseable {
    private InstanceDatabase() {}

    /** Which instance a file belongs to, and what opening it takes. */
    public record Identity(long incarnation, InstanceKey key) {}

    /**
     * Makes the file, whose folder exists, with nothing in it but what the node keeps there. Throws
     * INSTANCE_EXISTS if there is such a file.
     */
    public static InstanceDatabase create(
            Path file, Identity identity, SqliteLimits limits, InstantSource clock) {
        Pending.check();
        throw Pending.raise();
    }

    /**
     * Opens an existing file. Throws INSTANCE_QUARANTINED, naming the file, if it is missing,
     * damaged or not of that identity.
     */
    public static InstanceDatabase open(
            Path file, Identity identity, SqliteLimits limits, InstantSource clock) {
        Pending.check();
        throw Pending.raise();
    }

    /** Runs the work on one snapshot. */
    public <T> T read(CallBudget budget, Function<ReadTransaction, T> work) {
        Pending.check();
        throw Pending.raise();
    }

    /**
     * Runs the work in one transaction: committed and durable when this returns, and wholly undone
     * when it throws anything but OUTCOME_UNKNOWN. The commit number grows only if something
     * changed.
     */
    public <T> T write(CallBudget budget, Function<WriteTransaction, T> work) {
        Pending.check();
        throw Pending.raise();
    }

    /** The number of the newest commit; 0 before the first. */
    public long commit() {
        Pending.check();
        throw Pending.raise();
    }

    public Identity identity() {
        Pending.check();
        throw Pending.raise();
    }

    public Instant createdAt() {
        Pending.check();
        throw Pending.raise();
    }

    /** When the newest commit was made; empty before the first. */
    public Optional<Instant> lastCommitAt() {
        Pending.check();
        throw Pending.raise();
    }

    /** Size of the database in bytes, after the newest commit. */
    public long sizeBytes() {
        Pending.check();
        throw Pending.raise();
    }

    /**
     * Why this database can no longer be used and must be closed; empty while all is well. Set when
     * it turned out to be damaged, or when a commit or a rollback failed.
     */
    public Optional<Failure> broken() {
        Pending.check();
        throw Pending.raise();
    }

    /** Gives unused memory back; for an instance that has gone quiet. */
    public void shrinkMemory() {
        Pending.check();
        throw Pending.raise();
    }

    /** Deletes the files of a database that is not open; does nothing where there are none. */
    public static void delete(Path file) {
        Pending.check();
        throw Pending.raise();
    }

    @Override
    public void close() {
        Pending.check();
        throw Pending.raise();
    }
}
