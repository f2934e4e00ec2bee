package dev.atoll.node.instance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.lease.Ownership;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How instances come to be and go. Every method that takes an instance runs on that instance's
 * lane.
 *
 * <p>Creation: a row marked <em>creating</em>, the file, a record in the journal with the first
 * commit behind it, the row unmarked; if that commit is not durable, the next start removes the
 * rest. Deletion: a record in the journal; once it is durable the instance is gone, and files and
 * row are removed.
 */
final class Incarnations {
    private static final Logger LOG = LoggerFactory.getLogger(Incarnations.class);

    private final DataFolder folder;
    private final Catalog catalog;
    private final Ownership ownership;
    private final InstanceMetrics metrics;
    private final InstanceLimits limits;
    private final OpenInstances open;
    private final CommitLog log;
    private final Recovery recovery;
    private final InstantSource clock = InstantSource.system();
    private final Map<Integer, Path> unreadable;

    /** Kept in step with the catalogue, which would have to count its rows. */
    private final AtomicLong known;

    @GuardedBy("this")
    private long incarnationLast;

    Incarnations(Instances.Parts parts, CommitLog log, InstanceLimits limits, OpenInstances open) {
        this.folder = parts.folder();
        this.recovery = parts.recovery();
        this.catalog = recovery.catalog();
        this.ownership = parts.ownership();
        this.metrics = parts.metrics();
        this.log = log;
        this.limits = limits;
        this.open = open;
        this.incarnationLast = catalog.highestIncarnation();
        this.unreadable = catalog.unreadable();
        this.known = new AtomicLong(catalog.count());
    }

    /** How many instances there are. */
    long knownCount() {
        return known.get();
    }

    /**
     * What the catalogue says of an instance. First comes what the journal says of one that broke
     * while it was open: its commits are brought into its file, or it is set aside, or it turns out
     * to be gone.
     */
    Optional<CatalogEntry> find(HostedInstance instance) {
        var entry = catalog.find(instance.key);
        if (entry.isEmpty()
                || instance.database != null
                || instance.unfoldedAfter == Long.MAX_VALUE) {
            return entry;
        }
        log.await(instance.newest);
        try {
            if (!recovery.redo(entry.get(), instance.unfoldedAfter)) {
                forget(instance);
            }
        } catch (IOException e) {
            throw Failure.of(
                    Reason.NODE_UNAVAILABLE,
                    "instance " + instance.key + ": cannot be redone: " + e.getMessage(),
                    e);
        }
        instance.folded();
        return catalog.find(instance.key);
    }

    /**
     * Makes the instance, open, with what the work writes in it; it stays only if that succeeds. A
     * place among the open ones has been reserved.
     */
    <T> T create(HostedInstance instance, Function<InstanceDatabase, T> first) {
        long incarnation = nextIncarnation();
        hold(instance);
        try {
            catalog.creating(instance.key, instance.shard, incarnation, clock.instant());
            var database =
                    InstanceDatabase.create(
                            folder.instanceFile(instance.shard, incarnation),
                            new InstanceDatabase.Identity(incarnation, instance.key),
                            limits.sqlite(),
                            clock);
            instance.database = database;
            open.add(instance);
            T result = first.apply(database);
            // A creation that is acknowledged, or seen, has its first commit.
            log.await(instance.newest);
            // Only now may a reader find it; the reply leaves after this is durable.
            catalog.put(instance.entry(database));
            known.incrementAndGet();
            metrics.created();
            return result;
        } catch (RuntimeException e) {
            if (discard(instance, incarnation)) {
                throw e;
            }
            throw Failure.of(
                    Reason.OUTCOME_UNKNOWN,
                    "instance " + instance.key + ": may have been created: " + e.getMessage(),
                    e);
        }
    }

    /** A file whose key nobody can tell may be this instance's: then it is not new. */
    void checkNew(HostedInstance instance) {
        var file = unreadable.get(instance.shard);
        if (file != null) {
            throw Failure.of(
                    Reason.INSTANCE_QUARANTINED,
                    file
                            + ": damaged, and it may be of instance "
                            + instance.key
                            + " (expected: a readable file, or none)");
        }
    }

    /** Durably, before the first file: else the shard could be given away with data in it. */
    private void hold(HostedInstance instance) {
        try {
            ownership.holdShard(instance.shard);
        } catch (IOException e) {
            throw Failure.of(
                    Reason.NODE_FULL,
                    "instance " + instance.key + ": its folder cannot be made: " + e.getMessage(),
                    e);
        }
    }

    /** Whether it is sure that the instance is not there. */
    private boolean discard(HostedInstance instance, long incarnation) {
        try {
            open.close(instance);
            if (instance.unfoldedAfter != Long.MAX_VALUE) {
                // Its first commit is on its way: whether it arrives or not, it is gone.
                log.delete(instance, incarnation, clock.instant());
            }
            remove(instance, incarnation);
            return true;
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("instance", instance.key)
                    .log("an instance that was not created could not be discarded", e);
            return false;
        }
    }

    /** Deletes an instance for good. */
    void delete(HostedInstance instance, Runnable beginCommit) {
        var entry = catalog.find(instance.key).orElseThrow(() -> Instances.notFound(instance.key));
        beginCommit.run();
        open.close(instance);
        log.delete(instance, entry.incarnation(), clock.instant());
        // From here on it is gone, whatever becomes of its files.
        forget(instance);
        remove(instance, entry.incarnation());
    }

    private void forget(HostedInstance instance) {
        instance.quarantine = null;
        known.decrementAndGet();
        metrics.deleted();
    }

    /** Removes what is left of an incarnation that is gone. */
    private void remove(HostedInstance instance, long incarnation) {
        recovery.remove(instance.shard, incarnation, instance.unfoldedAfter);
        // After that: now somebody else keeps what the journal says of it.
        instance.folded();
    }

    /** Microseconds since 1970, or one more than the last: never reused, on any node. */
    private synchronized long nextIncarnation() {
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
        incarnationLast = Math.max(now, incarnationLast + 1);
        return incarnationLast;
    }
}
