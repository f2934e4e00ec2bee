package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an instance wakes and sleeps, and who may write it. Every method that takes an instance runs
 * on that instance's lane.
 */
final class LifeCycle {
    private static final Logger LOG = LoggerFactory.getLogger(LifeCycle.class);

    /** How many of the least recently used are looked at for one that has nothing to do. */
    private static final int SLEEP_CANDIDATES = 64;

    /**
     * Commits of this size are folded before more are written: they are what a start has to redo of
     * one instance. At a page of 4 KiB, as many frames as fit into one piece of SQLite's index of
     * the WAL, which an open instance has in any case.
     */
    private static final long FOLD_AT_BYTES = 4_062L * (4_096 + 24);

    /**
     * A WAL is copied into the file when it has so many bytes, but not more often than that. What
     * is dirty is written back after half a minute: without it, each page of the WAL once.
     */
    private static final long BACKFILL_AT_BYTES = 16L * (4_096 + 24);

    private static final long BACKFILL_EVERY_NANOS = Duration.ofSeconds(5).toNanos();

    private static final Duration RETRY_WHEN_ALL_ARE_BUSY = Duration.ofMillis(100);

    private final DataFolder folder;
    private final Catalog catalog;
    private final InstanceMetrics metrics;
    private final InstanceLimits limits;
    private final OpenInstances open;
    private final InstantSource clock = InstantSource.system();
    private final DiskSpace disk;
    private final LongSupplier ticker;
    private final CommitLog log;
    private final Recovery recovery;
    private final Quarantine quarantine;
    private final Incarnations incarnations;

    LifeCycle(
            Instances.Parts parts,
            CommitLog log,
            Quarantine quarantine,
            Incarnations incarnations,
            InstanceLimits limits,
            OpenInstances open,
            LongSupplier ticker) {
        this.folder = parts.folder();
        this.catalog = parts.recovery().catalog();
        this.metrics = parts.metrics();
        this.recovery = parts.recovery();
        this.quarantine = quarantine;
        this.log = log;
        this.ticker = ticker;
        this.limits = limits;
        this.open = open;
        this.incarnations = incarnations;
        try {
            this.disk = new DiskSpace(folder.root(), limits.diskReserveBytes(), ticker);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Throws NODE_FULL where too little of the disk is left. */
    void checkWritable() {
        disk.checkWritable();
    }

    long diskLeftBytes() {
        return disk.leftBytes();
    }

    /** The open database of the instance, which is woken if it sleeps. */
    InstanceDatabase openExisting(HostedInstance instance) {
        quarantine.check(instance);
        var database = instance.database;
        if (database != null) {
            open.touch(instance);
            return database;
        }
        var entry = incarnations.find(instance);
        if (entry.isEmpty()) {
            incarnations.checkNew(instance);
            throw Instances.notFound(instance.key);
        }
        return wake(instance, entry.get());
    }

    /** What is done to an instance that may have to be created for it. */
    interface Writing<T> {
        /** Throws if it may not be created; nothing of it is there yet. */
        void checkCreation();

        /** Into a new one, which stays only if this succeeds. */
        T create(InstanceDatabase database);

        /** Into one that is there. */
        T write(InstanceDatabase database);
    }

    /** Runs the write; where there is no instance, creates one that stays only if it succeeds. */
    <T> T writeOrCreate(HostedInstance instance, Writing<T> work) {
        disk.checkWritable();
        quarantine.check(instance);
        var database = instance.database;
        if (database != null) {
            open.touch(instance);
            if (database.unfoldedBytes() > FOLD_AT_BYTES) {
                fold(instance);
            } else {
                backfill(instance, database);
            }
            return guard(instance, () -> work.write(database));
        }
        var entry = incarnations.find(instance);
        if (entry.isPresent()) {
            var woken = wake(instance, entry.get());
            return guard(instance, () -> work.write(woken));
        }
        work.checkCreation();
        return createFor(instance, work::create);
    }

    /** Makes an instance with nothing in it but what the first transaction writes. */
    InstanceStatus create(
            HostedInstance instance, CallBudget budget, Consumer<WriteTransaction> first) {
        disk.checkWritable();
        if (instance.quarantine != null || incarnations.find(instance).isPresent()) {
            throw Failure.of(
                    Reason.INSTANCE_EXISTS,
                    "instance " + instance.key + ": exists already (expected: a new key)");
        }
        return createFor(
                instance,
                database -> {
                    // What every database holds is its first commit in any case.
                    var _ =
                            database.write(
                                    budget,
                                    log.sink(instance, database),
                                    tx -> {
                                        first.accept(tx);
                                        return true;
                                    });
                    return new InstanceStatus(instance.entry(database), InstanceStatus.State.OPEN);
                });
    }

    InstanceStatus describe(HostedInstance instance) {
        var database = instance.database;
        if (database != null) {
            return new InstanceStatus(instance.entry(database), InstanceStatus.State.OPEN);
        }
        catalog.find(instance.key).ifPresent(entry -> recovery.ensure(entry.incarnation()));
        var entry = catalog.find(instance.key).orElseThrow(() -> Instances.notFound(instance.key));
        return new InstanceStatus(
                entry,
                quarantine.finds(instance, entry)
                        ? InstanceStatus.State.QUARANTINED
                        : InstanceStatus.State.SLEEPING);
    }

    /** What the catalogue says of an instance once the journal's commits are in it. */
    CatalogEntry upToDate(CatalogEntry entry) {
        recovery.ensure(entry.incarnation());
        return catalog.find(entry.key()).orElse(entry);
    }

    /** Closes an instance that has nothing to do. */
    void sleep(HostedInstance instance) {
        var database = instance.database;
        if (database != null) {
            fold(instance);
            if (instance.database != database) {
                return; // It broke, and is closed.
            }
            open.close(instance);
            metrics.slept();
        }
    }

    /**
     * What the catalogue says of an instance that is closed then, with all of its commits in its
     * file, or set aside.
     */
    CatalogEntry settle(HostedInstance instance) {
        sleep(instance);
        var entry = incarnations.find(instance);
        if (entry.isEmpty()) {
            incarnations.checkNew(instance);
            throw Instances.notFound(instance.key);
        }
        recovery.ensure(entry.get().incarnation());
        return entry.get();
    }

    /** Has an open instance give back the memory that it needs only while it is called. */
    void shrink(HostedInstance instance) {
        var database = instance.database;
        if (database != null) {
            guard(
                    instance,
                    () -> {
                        database.shrink();
                        return true;
                    });
            open.shrunk(instance);
            metrics.shrunk();
        }
    }

    /** Whether its file is all there is of it now: closed, folded and not quarantined. */
    boolean putAsleep(HostedInstance instance) {
        var entry = catalog.find(instance.key);
        if (entry.isEmpty()) {
            return false;
        }
        recovery.ensure(entry.get().incarnation());
        if (quarantine.finds(instance, entry.get())) {
            return false;
        }
        if (instance.database == null) {
            fold(instance);
        } else {
            sleep(instance);
        }
        return instance.database == null && !quarantine.finds(instance, entry.get());
    }

    /**
     * Brings its commits into its file, once they are durable, and notes where it stands: before
     * the journal may forget them, and before anybody finds it closed.
     */
    void fold(HostedInstance instance) {
        var database = instance.database;
        if (database == null) {
            // It broke.
            var _ = incarnations.find(instance);
            return;
        }
        if (!database.isFolded()) {
            log.await(instance.newest);
            guard(
                    instance,
                    () -> {
                        database.fold();
                        return true;
                    });
            // The WAL begins anew by that, too.
            instance.backfilledNanos = ticker.getAsLong();
        }
        if (instance.unfoldedAfter != Long.MAX_VALUE) {
            catalog.put(instance.entry(database));
            log.folded(instance, database);
        }
    }

    /** Lets its WAL begin anew, now and then, if that means no waiting for the journal. */
    private void backfill(HostedInstance instance, InstanceDatabase database) {
        if (database.walBytes() < BACKFILL_AT_BYTES || instance.newest > log.durable()) {
            return;
        }
        long now = ticker.getAsLong();
        if (now - instance.backfilledNanos < BACKFILL_EVERY_NANOS) {
            return;
        }
        instance.backfilledNanos = now;
        guard(
                instance,
                () -> {
                    database.backfill();
                    return true;
                });
    }

    /** Runs something on the database, and takes it out of service if it turns out to be broken. */
    <T> T guard(HostedInstance instance, Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            var database = instance.database;
            if (database != null) {
                database.broken().ifPresent(why -> retire(instance, why));
            }
            throw e;
        }
    }

    private <T> T createFor(HostedInstance instance, Function<InstanceDatabase, T> first) {
        incarnations.checkNew(instance);
        reservePlace();
        try {
            var created = incarnations.create(instance, first);
            instance.backfilledNanos = ticker.getAsLong();
            return created;
        } finally {
            open.release();
        }
    }

    private InstanceDatabase wake(HostedInstance instance, CatalogEntry entry) {
        recovery.ensure(entry.incarnation());
        var file = quarantine.checked(instance, entry);
        reservePlace();
        try {
            var database =
                    InstanceDatabase.open(
                            file,
                            new InstanceDatabase.Identity(entry.incarnation(), instance.key),
                            limits.sqlite(),
                            clock);
            instance.database = database;
            instance.schemaMark = entry.content().schema().mark();
            instance.backfilledNanos = ticker.getAsLong();
            open.add(instance);
            metrics.woken();
            return database;
        } catch (Failure e) {
            if (e.reason() == Reason.INSTANCE_QUARANTINED) {
                quarantine.add(instance, e);
            }
            throw e;
        } finally {
            open.release();
        }
    }

    void retire(HostedInstance instance, Failure why) {
        try {
            open.close(instance);
        } catch (RuntimeException e) {
            // The caller is told why it failed, not that closing failed as well.
            LOG.atError()
                    .addKeyValue("instance", instance.key)
                    .log("a broken instance could not be closed", e);
        }
        if (why.reason() == Reason.INSTANCE_QUARANTINED) {
            quarantine.add(instance, why);
            free(instance);
        }
    }

    /** What a quarantined instance has in the journal must not hold it back for ever. */
    private void free(HostedInstance instance) {
        try {
            var _ = incarnations.find(instance);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("instance", instance.key)
                    .log("a quarantined instance holds the journal back", e);
        }
    }

    /**
     * Takes a place among the open ones, to be released when the instance is open or has failed to
     * be. Puts an idle instance to sleep where all places are taken.
     */
    private void reservePlace() {
        while (!open.tryReserve(limits.openMax())) {
            if (!sleepOne()) {
                throw Failure.of(
                                Reason.OVERLOADED,
                                "open instances: "
                                        + limits.openMax()
                                        + ", and all are busy (expected: one that can go to sleep);"
                                        + " not executed")
                        .retryAfter(RETRY_WHEN_ALL_ARE_BUSY);
            }
        }
    }

    private boolean sleepOne() {
        for (var candidate : open.leastRecentlyUsed(SLEEP_CANDIDATES)) {
            // In its lane, on this thread: it has nothing to do, so nobody waits for it.
            if (candidate.lane.tryRunNow(() -> trySleep(candidate)) && candidate.database == null) {
                return true;
            }
        }
        return false;
    }

    /** Another instance's trouble is not this caller's. */
    void trySleep(HostedInstance candidate) {
        try {
            sleep(candidate);
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("instance", candidate.key).log("could not go to sleep", e);
        }
    }

    /** As above: nobody called it. */
    void tryShrink(HostedInstance candidate) {
        try {
            shrink(candidate);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("instance", candidate.key)
                    .log("could not give memory back", e);
        }
    }
}
