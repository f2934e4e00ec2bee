package dev.atoll.node.instance;

import dev.atoll.node.journal.Durable;
import dev.atoll.node.journal.Journal;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.Origin;
import dev.atoll.node.lease.Ownership;
import dev.atoll.node.sqlite.CommitSink;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances' side of the journal, and the gate that replies leave through: whatever a reply
 * says, or has seen, is durable before it leaves. Thread-safe.
 */
final class CommitLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommitLog.class);

    /** A disk that syncs nothing for so long will not sync it at all. */
    private static final Duration SYNC_MAX = Duration.ofSeconds(60);

    private final Journal journal;
    private final Ownership ownership;

    private final OutputGate gate = new OutputGate();

    CommitLog(Journal journal, Ownership ownership) {
        this.journal = journal;
        this.ownership = ownership;
    }

    /** What is held back until something is durable. */
    interface Held {
        void release();

        /** It is not known whether it is durable, and will not be. */
        void fail(Failure cause);
    }

    /** The way of an instance's commits, its creation before the first. */
    CommitSink sink(HostedInstance instance, InstanceDatabase database) {
        long incarnation = database.identity().incarnation();
        return new CommitSink() {
            @Override
            public Origin origin(long timeMicros) {
                // Once more, just before the commit goes: an owner that was replaced meanwhile must
                // not go on writing.
                long epoch = ownership.checkOwner(instance.shard).value();
                instance.epoch = epoch;
                return new Origin(instance.shard, epoch, incarnation, timeMicros);
            }

            @Override
            public void append(JournalRecord.Commit commit) {
                // First: a trim in between must not take it for folded.
                instance.appending(journal.last());
                if (commit.commit() == 1) {
                    var origin = commit.origin();
                    var made =
                            new Origin(
                                    origin.shard(),
                                    origin.epoch(),
                                    incarnation,
                                    micros(database.createdAt()));
                    journal.append(new JournalRecord.Create(made, instance.key.toString()));
                }
                instance.newest = journal.append(commit);
            }
        };
    }

    /**
     * Deletes an incarnation for good; done when this returns. Throws OUTCOME_UNKNOWN, or another
     * reason if it was refused.
     */
    void delete(HostedInstance instance, long incarnation, Instant now) {
        instance.appending(journal.last());
        long epoch = ownership.checkOwner(instance.shard).value();
        instance.newest =
                journal.append(
                        new JournalRecord.Delete(
                                new Origin(instance.shard, epoch, incarnation, micros(now)),
                                instance.key.toString()));
        await(instance.newest);
    }

    /** Notes that all commits of an instance up to that one are in its file. */
    void folded(HostedInstance instance, InstanceDatabase database) {
        var incarnation = database.identity().incarnation();
        var origin =
                new Origin(
                        instance.shard,
                        instance.epoch,
                        incarnation,
                        micros(database.lastCommitAt().orElse(Instant.EPOCH)));
        try {
            journal.append(new JournalRecord.Fold(origin, database.commit(), database.checksum()));
        } catch (Failure e) {
            // It only spares the next start a look at the file.
            LOG.atDebug().addKeyValue("instance", instance.key).log("fold not noted", e);
        }
        instance.folded();
    }

    /** The position of the newest record of all. */
    long last() {
        return journal.last();
    }

    /** Every record up to here is durable. */
    long durable() {
        return journal.durable();
    }

    /** Releases it once everything up to the position is durable: here and now if it is. */
    void hold(long position, Held held) {
        if (position <= journal.durable()) {
            held.release();
            return;
        }
        journal.whenDurable(
                position,
                new Durable() {
                    @Override
                    public void durable() {
                        gate.leave(held::release);
                    }

                    @Override
                    public void failed(Failure cause) {
                        gate.leave(() -> held.fail(cause));
                    }
                });
    }

    /** Waits until everything up to the position is durable; throws OUTCOME_UNKNOWN. */
    void await(long position) {
        if (position <= journal.durable()) {
            return;
        }
        var done = new CompletableFuture<Boolean>();
        journal.whenDurable(
                position,
                new Durable() {
                    @Override
                    public void durable() {
                        done.complete(true);
                    }

                    @Override
                    public void failed(Failure cause) {
                        done.completeExceptionally(cause);
                    }
                });
        try {
            done.get(SYNC_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failure failure ? failure : unknown(e);
        } catch (TimeoutException e) {
            throw unknown(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown(e);
        }
    }

    /** The records up to there are in the oldest segment. */
    long oldestSegmentEnd() {
        return journal.oldestSegmentEnd();
    }

    /**
     * Whether so much is kept that it has to become less: what is left of the limit is for what
     * comes while instances are folded. Each fold costs syncs, however much it folds, so there is
     * no earlier one.
     */
    boolean isOver() {
        return journal.size().bytes() * 4 > journal.size().bytesMax() * 3;
    }

    /** Whether that is urgent. */
    boolean isNearlyFull() {
        return journal.size().bytes() * 8 > journal.size().bytesMax() * 7;
    }

    /** Says that nothing up to that position is needed any more. */
    void trim(long position) {
        journal.trim(Math.min(position, journal.durable()));
    }

    /** Why nothing becomes durable any more, if so. */
    Optional<Failure> failure() {
        return journal.failure();
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    private static Failure unknown(Exception e) {
        return Failure.of(Reason.OUTCOME_UNKNOWN, "the journal did not become durable", e);
    }

    @Override
    public void close() {
        gate.close();
    }
}
