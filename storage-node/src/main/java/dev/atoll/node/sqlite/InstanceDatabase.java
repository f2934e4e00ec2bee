package dev.atoll.node.sqlite;

import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.Codes;

/**
 * One open instance: its database file and the one connection to it. One thread at a time (the
 * instance's lane); what it is as of the newest commit may be read by any.
 */
public final class InstanceDatabase implements AutoCloseable {
    private final SqliteConnection connection;
    private final Engine engine;
    private final InstantSource clock;
    private volatile @Nullable Failure broken;

    private InstanceDatabase(SqliteConnection connection, Engine engine, InstantSource clock) {
        this.connection = connection;
        this.engine = engine;
        this.clock = clock;
    }

    /** Whose database it is. */
    public record Identity(long incarnation, InstanceKey key) {}

    /**
     * Makes the file, whose folder exists, with nothing in it but what the node keeps there;
     * durable when this returns. Throws INSTANCE_EXISTS if there is such a file.
     */
    public static InstanceDatabase create(
            Path file, Identity identity, SqliteLimits limits, InstantSource clock) {
        if (Files.exists(file)) {
            throw Failure.of(Reason.INSTANCE_EXISTS, file + ": exists (expected: not to)");
        }
        var database =
                assemble(
                        connect(file, true),
                        connection -> {
                            connection.runOnce("BEGIN IMMEDIATE");
                            var meta = InstanceMeta.create(connection, identity, clock.instant());
                            RequestTable.create(connection);
                            connection.runOnce("COMMIT");
                            return meta;
                        },
                        limits,
                        clock);
        InstanceFile.syncFolder(file);
        return database;
    }

    /**
     * Opens an existing file. Throws INSTANCE_QUARANTINED, naming the file, if it is missing,
     * damaged or not of that identity.
     */
    public static InstanceDatabase open(
            Path file, Identity identity, SqliteLimits limits, InstantSource clock) {
        InstanceFile.check(file, new SqliteErrors(file));
        return assemble(
                connect(file, false),
                connection -> InstanceMeta.read(connection, identity),
                limits,
                clock);
    }

    /**
     * The key of the instance whose file this is, for whoever lost the list of them. Throws
     * INSTANCE_QUARANTINED or CORRUPTION, naming the file.
     */
    public static InstanceKey readKey(Path file) {
        // Before SQLite opens it, which would change a file that it takes for empty.
        InstanceFile.check(file, new SqliteErrors(file));
        try (var plain = PlainDatabase.open(file)) {
            var rows = plain.run("SELECT instance_key FROM _atoll_meta").rows();
            if (rows.size() == 1 && rows.getFirst().getFirst() instanceof SqlValue.Blob(var key)) {
                return InstanceKey.ofBytes(key.toByteArray());
            }
        }
        throw Failure.of(Reason.INSTANCE_QUARANTINED, file + ": _atoll_meta: no key");
    }

    /** Deletes the files of a database that is not open; does nothing where there are none. */
    public static void delete(Path file) throws IOException {
        InstanceFile.delete(file);
    }

    private static SqliteConnection connect(Path file, boolean create) {
        try {
            return SqliteConnection.open(file, create);
        } catch (SQLException e) {
            throw openFailure(e, new SqliteErrors(file));
        }
    }

    /** Reads or writes what the file says of itself. */
    private interface MetaSource {
        InstanceMeta meta(SqliteConnection connection) throws SQLException;
    }

    private static InstanceDatabase assemble(
            SqliteConnection connection,
            MetaSource source,
            SqliteLimits limits,
            InstantSource clock) {
        try {
            var engine = new Engine(connection, source.meta(connection), limits);
            return new InstanceDatabase(connection, engine, clock);
        } catch (SQLException e) {
            connection.closeAfter(e);
            throw openFailure(e, connection.errors());
        } catch (RuntimeException e) {
            connection.closeAfter(e);
            throw e;
        }
    }

    /** While opening, an SQL error means that the file does not hold what it should. */
    private static Failure openFailure(SQLException e, SqliteErrors errors) {
        return switch (SqliteErrors.code(e) & 0xff) {
            case Codes.SQLITE_FULL -> errors.diskFull();
            case Codes.SQLITE_ERROR -> errors.quarantined(SqliteErrors.text(e), e);
            case Codes.SQLITE_IOERR -> errors.isDiskFull() ? errors.diskFull() : errors.ofFile(e);
            default -> errors.ofFile(e);
        };
    }

    /** Runs the work on one snapshot. */
    public <T> T read(CallBudget budget, Function<ReadTransaction, T> work) {
        checkUsable();
        try {
            connection.run("BEGIN");
            engine.progress().begin(budget);
            return work.apply(new ReadTransaction(engine, budget));
        } catch (SQLException e) {
            throw noted(engine.errors().ofFile(e));
        } catch (Failure e) {
            throw noted(e);
        } finally {
            // Not COMMIT: should a statement have slipped through that writes, it comes to nothing.
            rollBack();
        }
    }

    /**
     * Runs the work in one transaction: committed and durable when this returns, and wholly undone
     * when it throws anything but OUTCOME_UNKNOWN. The commit number grows only if something
     * changed.
     */
    public <T> T write(CallBudget budget, Function<WriteTransaction, T> work) {
        checkUsable();
        WriteTransaction transaction = null;
        boolean open = true;
        try {
            connection.run("BEGIN IMMEDIATE");
            transaction = new WriteTransaction(engine, budget, clock.instant());
            engine.progress().begin(budget);
            var result = work.apply(transaction);
            var pending = transaction.finish();
            engine.progress().end();
            open = false;
            commit(transaction);
            engine.committed(pending.meta(), pending.pages());
            return result;
        } catch (SQLException e) {
            throw noted(engine.errors().ofFile(e));
        } catch (Failure e) {
            throw noted(e);
        } finally {
            if (open) {
                rollBack(transaction);
            }
        }
    }

    /** This line makes a commit durable: SQLite syncs the WAL before it returns. */
    private void commit(WriteTransaction transaction) {
        try {
            connection.run("COMMIT");
        } catch (SQLException e) {
            rollBack(transaction);
            switch (SqliteErrors.code(e) & 0xff) {
                // A deferred constraint: SQLite refuses before it writes.
                case Codes.SQLITE_CONSTRAINT -> throw engine.errors().ofStatement(e, "COMMIT");
                // The commit's last page did not fit: so it is not there, now or after a crash.
                case Codes.SQLITE_FULL -> throw engine.errors().diskFull();
                default -> {
                    broken = engine.errors().unknown(e);
                    throw broken;
                }
            }
        }
    }

    private void rollBack(@Nullable WriteTransaction transaction) {
        rollBack();
        if (transaction != null) {
            transaction.rolledBack();
        }
    }

    private void rollBack() {
        engine.progress().end();
        try {
            connection.run("ROLLBACK");
        } catch (SQLException e) {
            // An OR ROLLBACK, a full disk or an interruption has already ended it.
            if (!SqliteErrors.text(e).contains("no transaction is active") && broken == null) {
                broken = engine.errors().unknown(e);
            }
        }
    }

    /** Remembers the failures after which this connection is not to be used again. */
    private Failure noted(Failure failure) {
        if (broken == null
                && (failure.reason() == Reason.INSTANCE_QUARANTINED
                        || failure.reason() == Reason.OUTCOME_UNKNOWN)) {
            broken = failure;
        }
        return failure;
    }

    private void checkUsable() {
        if (broken == null) {
            return;
        }
        if (broken.reason() == Reason.INSTANCE_QUARANTINED) {
            throw broken;
        }
        throw Failure.of(
                        Reason.NODE_UNAVAILABLE,
                        "the instance has to be opened again: " + broken.message())
                .retryAfter(Duration.ofMillis(100));
    }

    /** The number of the newest commit; 0 before the first. */
    public long commit() {
        return engine.meta().commit();
    }

    public Identity identity() {
        return engine.meta().identity();
    }

    public Instant createdAt() {
        return engine.meta().createdAt();
    }

    /** When the newest commit was made; empty before the first. */
    public Optional<Instant> lastCommitAt() {
        return engine.meta().lastCommitAt();
    }

    /** Size of the database in bytes, after the newest commit. */
    public long sizeBytes() {
        return engine.sizeBytes();
    }

    /**
     * Why this database can no longer be used and must be closed; empty while all is well. Set when
     * it turned out to be damaged, or when a commit or a rollback failed.
     */
    public Optional<Failure> broken() {
        return Optional.ofNullable(broken);
    }

    /** What it is made of; for tests. */
    Engine engine() {
        return engine;
    }

    /**
     * Brings the WAL into the file, and closes it. What was committed stays so even if it throws.
     */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw engine.errors().ofFile(e);
        }
    }
}
