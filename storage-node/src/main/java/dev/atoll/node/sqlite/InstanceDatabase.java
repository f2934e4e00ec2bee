package dev.atoll.node.sqlite;

import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.sqlite.SqliteConnection.Own;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.Codes;

/**
 * One open instance: its database file and the one connection to it. One thread at a time (the
 * instance's lane); what it is as of the newest commit may be read by any.
 *
 * <p>SQLite syncs nothing here. A commit is durable once the {@link CommitSink} says so, or once it
 * is folded; what is neither is lost in a crash, and nobody was told of it.
 */
public final class InstanceDatabase implements AutoCloseable {
    /** One instance must not hold up the journal for all others. */
    static final long COMMIT_BYTES_MAX = 64L << 20;

    private final Capture capture;
    private final InstantSource clock;

    // Another one after an undo; read by listings meanwhile.
    private volatile Engine engine;
    private volatile @Nullable Failure broken;

    /** Of the newest commit, which the record of the next one names. */
    private int checksum;

    /** Whether a transaction that reads is open. */
    private boolean reading;

    /** What a new database holds already, which the first commit takes along. */
    private @Nullable CapturedCommit beginning;

    InstanceDatabase(Capture capture, Engine engine, InstantSource clock) {
        this.capture = capture;
        this.engine = engine;
        this.clock = clock;
        this.checksum = capture.folded().map(PageSums.Folded::checksum).orElse(0);
    }

    /** Whose database it is. */
    public record Identity(long incarnation, InstanceKey key) {}

    /**
     * Makes the file, whose folder exists, with nothing in it but what the node keeps there. It is
     * durable with its first commit, which there is even if the first transaction changes nothing.
     * Throws INSTANCE_EXISTS if there is such a file.
     */
    public static InstanceDatabase create(
            Path file, Identity identity, SqliteLimits limits, InstantSource clock) {
        return DatabaseOpening.create(file, identity, limits, clock);
    }

    /**
     * Opens an existing file. Throws INSTANCE_QUARANTINED, naming the file, if it is missing,
     * damaged or not of that identity, and NODE_UNAVAILABLE if it cannot be read now.
     */
    public static InstanceDatabase open(
            FoldedFile file, Identity identity, SqliteLimits limits, InstantSource clock) {
        return DatabaseOpening.open(file, identity, limits, clock);
    }

    /**
     * Runs the work on one snapshot. Its transaction stays open for the reads that follow, until
     * something else is done: it costs as much as the reads themselves. It is never committed:
     * should a statement have slipped through that writes, that comes to nothing.
     */
    public <T> T read(CallBudget budget, Function<ReadTransaction, T> work) {
        checkUsable();
        boolean done = false;
        try {
            if (!reading) {
                capture.connection().run(Own.BEGIN);
                reading = true;
            }
            long changes = capture.connection().totalChanges();
            engine.progress().begin(budget);
            var transaction = new ReadTransaction(engine, budget);
            var result = work.apply(transaction);
            engine.progress().end();
            done = !transaction.anyFailed() && capture.connection().totalChanges() == changes;
            return result;
        } catch (SQLException e) {
            throw noted(engine.errors().ofFile(e));
        } catch (Failure e) {
            throw noted(e);
        } finally {
            if (!done) {
                endReading();
            }
        }
    }

    /** To be called before anything that does not only read. */
    void beginOther() {
        checkUsable();
        endReading();
    }

    private void endReading() {
        if (reading) {
            reading = false;
            rollBack();
        }
    }

    /**
     * Runs the work in one transaction: committed, and on its way to durability, when this returns,
     * and wholly undone when it throws anything but OUTCOME_UNKNOWN. The commit number grows only
     * if something changed.
     */
    public <T> T write(CallBudget budget, CommitSink sink, Function<WriteTransaction, T> work) {
        var done = transact(budget, sink, work);
        var entry = done.unremembered();
        if (entry != null) {
            // Nothing has changed so far, so this is its transaction as well as that.
            transact(
                    budget,
                    sink,
                    transaction -> {
                        transaction.settle(entry);
                        return entry;
                    });
        }
        return done.value();
    }

    /** With the request that no commit could carry: the rows it wrote are what they were. */
    private record Done<T>(T value, @Nullable RequestEntry unremembered) {}

    private <T> Done<T> transact(
            CallBudget budget, CommitSink sink, Function<WriteTransaction, T> work) {
        beginOther();
        WriteTransaction transaction = null;
        boolean open = true;
        var mark = capture.mark();
        try {
            capture.connection().run(Own.BEGIN_IMMEDIATE);
            transaction = new WriteTransaction(engine, budget, clock.instant());
            engine.progress().begin(budget);
            var result = work.apply(transaction);
            var pending = transaction.finish();
            engine.progress().end();
            open = false;
            commit(transaction, mark);
            boolean committed = send(pending, mark, sink);
            return new Done<>(
                    result,
                    !committed && pending.requests() instanceof RequestChange.Carry(var entry)
                            ? entry
                            : null);
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

    /** Nothing is durable when this returns: SQLite syncs nothing. */
    private void commit(WriteTransaction transaction, WalFile.Mark mark) {
        try {
            capture.connection().run(Own.COMMIT);
        } catch (SQLException e) {
            rollBack(transaction);
            if ((SqliteErrors.code(e) & 0xff) == Codes.SQLITE_CONSTRAINT) {
                // A deferred constraint: SQLite refuses before it writes.
                throw engine.errors().ofStatement(e, "COMMIT");
            }
            // It may have happened all the same.
            undo(mark);
            throw (SqliteErrors.code(e) & 0xff) == Codes.SQLITE_FULL
                    ? transaction.full()
                    : engine.errors().afterCommit(e);
        }
    }

    /** Takes the commit and sends it on, or undoes it; whether there was one. */
    private boolean send(WriteTransaction.Pending pending, WalFile.Mark mark, CommitSink sink) {
        boolean known = false;
        try {
            var captured = withBeginning(capture.take(COMMIT_BYTES_MAX));
            if (captured.isPresent()) {
                send(captured.get(), pending, sink);
                beginning = null;
            }
            known = true;
            return captured.isPresent();
        } catch (Failure e) {
            known = true;
            if (e.reason() != Reason.OUTCOME_UNKNOWN && e.reason() != Reason.INSTANCE_QUARANTINED) {
                undo(mark);
            }
            throw e;
        } finally {
            // A defect, or memory that ran out: the next commit must not be taken for this one.
            if (!known) {
                broken =
                        Failure.of(
                                Reason.OUTCOME_UNKNOWN,
                                "a commit was made, and did not get to the journal");
            }
        }
    }

    private Optional<CapturedCommit> withBeginning(Optional<CapturedCommit> captured) {
        var first = beginning;
        return first == null
                ? captured
                : Optional.of(captured.map(commit -> commit.over(first)).orElse(first));
    }

    /** Says what a new database holds before its first transaction. */
    void beginWith(CapturedCommit pages) {
        beginning = pages;
    }

    private void send(CapturedCommit captured, WriteTransaction.Pending pending, CommitSink sink) {
        var next =
                pending.meta().commit() > commit()
                        ? pending.meta()
                        : pending.meta().next(clock.instant(), pending.meta().requests());
        var record =
                new JournalRecord.Commit(
                        sink.origin(next.lastCommitMicros()),
                        next.commit(),
                        checksum,
                        next.newest().state(captured.pageCount()),
                        captured.pages(),
                        RequestChange.attachment(pending.requests()));
        sink.append(record);
        checksum = record.checksum();
        engine.committed(next, captured.pageCount(), pending.requests());
    }

    /** Takes back what was committed after the mark, exactly. */
    private void undo(WalFile.Mark mark) {
        var before = engine;
        try {
            capture.undo(mark);
            engine = before.over(capture.connection());
        } catch (SQLException e) {
            broken = before.errors().unknown(e);
            throw broken;
        } catch (IOException e) {
            var text = "a commit could not be undone: " + e.getMessage();
            broken = Failure.of(Reason.OUTCOME_UNKNOWN, text, e);
            throw broken;
        }
    }

    /**
     * Brings all commits into the database file, durably. Every one of them has to be durable in
     * the journal already.
     */
    public void fold() {
        checkpoint(() -> capture.fold(engine.folded(checksum), engine.memory().sidecar()));
    }

    /**
     * Brings all commits into the database file, but not durably: so that the WAL begins anew.
     * Every one of them has to be durable in the journal already, and stays there until the next
     * fold.
     */
    public void backfill() {
        if (beginning == null) {
            checkpoint(capture::backfill);
        }
    }

    private interface Checkpoint {
        void run() throws SQLException, IOException;
    }

    private void checkpoint(Checkpoint checkpoint) {
        endReading();
        if (broken != null) {
            throw broken;
        }
        try {
            checkpoint.run();
        } catch (SQLException e) {
            throw toBeRedone(engine.errors().ofFile(e));
        } catch (IOException e) {
            throw toBeRedone(engine.errors().ofCheckpoint(e));
        } catch (Failure e) {
            throw noted(e);
        }
    }

    /** Nothing is lost, whatever the file holds now: it is closed, and the redo mends it. */
    private Failure toBeRedone(Failure failure) {
        if (broken == null && failure.reason() == Reason.NODE_UNAVAILABLE) {
            broken = failure;
        }
        return noted(failure);
    }

    /** Gives back what only calls need, statements and pages: the next one gets them again. */
    public void shrink() {
        beginOther();
        try {
            engine.statements().closeAll();
            capture.connection().forgetStatements();
            capture.connection().shrink();
        } catch (SQLException e) {
            throw noted(engine.errors().ofFile(e));
        }
    }

    /** What SQLite finds wrong in the database; nothing if it is well. */
    public List<String> checkIntegrity(CallBudget budget) {
        beginOther();
        try {
            return engine.checkIntegrity(budget);
        } catch (SQLException e) {
            throw noted(engine.errors().ofFile(e));
        }
    }

    /**
     * Makes the file as short as it can be; a commit like any other. Throws LIMIT_EXCEEDED, and
     * changes nothing, if it would be a larger one than commits may be.
     */
    public void compact(CallBudget budget, CommitSink sink) {
        beginOther();
        var mark = capture.mark();
        try {
            engine.vacuum("", budget);
            // Tables have other pages now, by which statements are checked.
            engine.statements().clear();
            var next = new WriteTransaction.Pending(engine.meta(), new RequestChange.None());
            var _ = send(next, mark, sink);
        } catch (SQLException e) {
            undo(mark);
            throw noted(engine.errors().ofFile(e));
        } catch (Failure e) {
            throw noted(e);
        }
    }

    /** Writes a copy without the node's own tables to a file that is not there yet. */
    public void export(CallBudget budget, Path target) {
        beginOther();
        try {
            engine.vacuum(" INTO '" + target.toString().replace("'", "''") + "'", budget);
        } catch (SQLException e) {
            throw noted(engine.errors().ofFile(e));
        }
        PlainDatabase.makeExport(target);
    }

    /** Whether every commit is in the database file. */
    public boolean isFolded() {
        return capture.isFolded();
    }

    /** Of the newest commit; what the record of a fold names. */
    public int checksum() {
        return checksum;
    }

    /** Bytes in the WAL that are not in the database file. */
    public long walBytes() {
        return capture.walBytes();
    }

    /** Bytes of commits since the last fold. */
    public long unfoldedBytes() {
        return capture.unfoldedBytes();
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
            capture.connection().run(Own.ROLLBACK);
        } catch (SQLException e) {
            // An OR ROLLBACK, a full disk or an interruption has already ended it.
            if (!SqliteErrors.text(e).contains("no transaction is active") && broken == null) {
                broken = engine.errors().unknown(e);
            }
        }
    }

    /** Remembers the failures after which this connection is not to be used again. */
    Failure noted(Failure failure) {
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

    /** The version of the declarations that its tables were brought to; 0 before any. */
    public long schemaVersion() {
        return engine.meta().newest().schemaVersion();
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

    /** What it is made of. */
    Engine engine() {
        return engine;
    }

    /**
     * Closes it. What is not folded stays as a crash would leave it, and is redone from the journal
     * when it is opened again.
     */
    @Override
    public void close() {
        endReading();
        try {
            if (broken == null && capture.isFolded()) {
                capture.close();
            } else {
                capture.abandon();
            }
        } catch (SQLException e) {
            throw engine.errors().ofFile(e);
        } catch (IOException e) {
            throw engine.errors().unavailable("cannot be closed: " + SqliteErrors.text(e), e);
        }
    }
}
