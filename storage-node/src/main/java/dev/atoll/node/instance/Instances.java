package dev.atoll.node.instance;

import dev.atoll.node.alarms.DueTimes;
import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.catalog.DueTable;
import dev.atoll.node.declared.BlocksInForce;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.journal.Journal;
import dev.atoll.node.lease.Ownership;
import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import dev.atoll.wire.ShardHash;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door to the node's instances: every call becomes a task in the lane of its instance.
 * Thread-safe; never blocks its callers.
 */
public final class Instances implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Instances.class);
    private static final Duration RETRY_WHEN_OVERLOADED = Duration.ofMillis(50);
    private static final Duration RETRY_WHEN_STARTED_AGAIN = Duration.ofSeconds(1);
    private static final Duration TRIM_EVERY = Duration.ofMillis(500);
    private static final Duration LOOK_FOR_IDLE_EVERY = Duration.ofSeconds(1);
    private static final Duration DRAIN_MOST = Duration.ofSeconds(5);
    private static final Duration SLEEP_MOST = Duration.ofSeconds(30);

    /** Threads beyond this would only wait for the disk and the cores. */
    private static final int LANE_THREADS_MAX = 256;

    private final DataFolder folder;
    private final Catalog catalog;
    private final Ownership ownership;
    private final Incarnations incarnations;
    private final LifeCycle lifeCycle;
    private final Transactions transactions;
    private final Wakes wakes;
    private final Quarantine quarantine;
    private final Upkeep upkeep;
    private final Scrubber scrubber;
    private final Folds folds;
    private final Trimming trimming;
    private final CommitLog log;
    private final Recovery recovery;
    private final InstanceLimits limits;
    private final InstanceMetrics metrics;
    private final LongSupplier ticker;
    private final LanePool pool;
    private final OpenInstances open;
    private final IdleWatch idleWatch;
    private final ConcurrentHashMap<InstanceKey, HostedInstance> hosted = new ConcurrentHashMap<>();
    private final ScheduledExecutorService sleeper;
    private final AtomicBoolean refusing = new AtomicBoolean();

    private final AtomicBoolean closing = new AtomicBoolean();

    public Instances(Parts parts, BlocksInForce blocks, InstanceLimits limits, int laneThreads) {
        this.folder = parts.folder();
        this.catalog = parts.recovery().catalog();
        this.ownership = parts.ownership();
        this.metrics = parts.metrics();
        this.limits = limits;
        this.ticker = System::nanoTime;
        this.pool =
                new LanePool(
                        LanePool.Threads.of(laneThreads, Math.max(laneThreads, LANE_THREADS_MAX)),
                        ticker);
        this.open = new OpenInstances();
        this.recovery = parts.recovery();
        this.log = new CommitLog(parts.journal(), parts.ownership());
        this.quarantine = new Quarantine(parts);
        this.incarnations = new Incarnations(parts, log, limits, open);
        this.lifeCycle = new LifeCycle(parts, log, quarantine, incarnations, limits, open, ticker);
        this.wakes = new Wakes(catalog);
        var told = new SchemaUpkeep.Told(wakes, catalog.schemas(), metrics);
        var schemas = new SchemaUpkeep(blocks, log, lifeCycle, told, ticker);
        this.transactions =
                new Transactions(
                        lifeCycle, schemas, wakes, log, new DeclaredLimits(metrics, ticker));
        this.idleWatch = new IdleWatch(open, lifeCycle, limits.idle(), ticker);
        this.upkeep = new Upkeep(lifeCycle, quarantine, parts, log);
        this.scrubber = new Scrubber(parts, new LaneDoor(), limits.scrubEvery());
        this.folds = new Folds(lifeCycle, log::hold, ticker);
        this.trimming = new Trimming(log, recovery, hosted.values(), folds, ticker);
        // What comes after the end is not needed any more.
        this.sleeper =
                new ScheduledThreadPoolExecutor(
                        1,
                        Thread.ofPlatform().daemon().name("instance-sleep-", 0).factory(),
                        new ThreadPoolExecutor.DiscardPolicy());
    }

    /**
     * What instances are made of. Immutable.
     *
     * @param folder where their files lie
     * @param ownership which shards may be served
     * @param metrics what is counted
     * @param journal where commits become durable
     * @param recovery of what it holds beyond the files, and which instances there are
     */
    public record Parts(
            DataFolder folder,
            Ownership ownership,
            InstanceMetrics metrics,
            Journal journal,
            Recovery recovery) {}

    /** Begins to run turns, and to look for idle instances. */
    public void start() {
        pool.start();
        metrics.watch(
                open::size, hosted::size, pool, incarnations::knownCount, lifeCycle::diskLeftBytes);
        metrics.watch(recovery);
        recovery.start();
        scrubber.start();
        var _ =
                sleeper.scheduleWithFixedDelay(
                        idleWatch::look,
                        LOOK_FOR_IDLE_EVERY.toMillis(),
                        LOOK_FOR_IDLE_EVERY.toMillis(),
                        TimeUnit.MILLISECONDS);
        var _ =
                sleeper.scheduleWithFixedDelay(
                        trimming::run,
                        TRIM_EVERY.toMillis(),
                        TRIM_EVERY.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** Runs the work on one snapshot. Fails with INSTANCE_NOT_FOUND if there is no instance. */
    public <T> Call<T> read(InstanceKey key, Terms terms, ReadWork<T> work) {
        return submit(key, terms, (instance, call) -> transactions.read(instance, call, work));
    }

    /** Runs the work in one transaction; creates the instance if there is none. */
    public <T> Call<T> write(InstanceKey key, Terms terms, WriteWork<T> work) {
        return submit(key, terms, (instance, call) -> transactions.write(instance, call, work));
    }

    /** Creates an instance with nothing in it. Fails with INSTANCE_EXISTS if there is one. */
    public Call<InstanceStatus> create(InstanceKey key, Terms terms) {
        return submit(key, terms, transactions::create);
    }

    /** Deletes an instance for good. Fails with INSTANCE_NOT_FOUND if there is none. */
    public Call<Boolean> delete(InstanceKey key, Terms terms) {
        return submit(
                key,
                terms,
                (instance, call) -> {
                    incarnations.delete(instance, call::beginCommit);
                    return true;
                });
    }

    /** The same, if the work that looks at it first does not throw. */
    public Call<Boolean> delete(InstanceKey key, Terms terms, ReadWork<Boolean> check) {
        return submit(
                key,
                terms,
                (instance, call) -> {
                    var _ = transactions.read(instance, call, check);
                    incarnations.delete(instance, call::beginCommit);
                    return true;
                });
    }

    /** When instances want to be woken, for whoever does that. */
    public DueTable due() {
        return catalog.due();
    }

    /** Says who is told, in microseconds since 1970, of times earlier than what was known. */
    public void onEarlierDue(LongConsumer listener) {
        wakes.listen(listener);
    }

    /** Notes when an instance wants to be woken next, once it has been done what was due. */
    public Call<DueTimes> settleDue(InstanceKey key, Terms terms, Instant now) {
        return submit(key, terms, (instance, call) -> transactions.settle(instance, call, now));
    }

    /** Puts off an instance that was due and could not be served: longer each time. */
    public void putOffDue(InstanceKey key, long incarnation, Instant now) {
        wakes.putOff(hosted.get(key), incarnation, now);
    }

    /** Shows an instance without waking it. Fails with INSTANCE_NOT_FOUND if there is none. */
    public Call<InstanceStatus> describe(InstanceKey key, Terms terms) {
        return submit(key, terms, (instance, call) -> lifeCycle.describe(instance));
    }

    /** Looks for damage; what is wrong, nothing if all is well. */
    public Call<List<String>> verify(InstanceKey key, Terms terms) {
        return submit(key, terms, (instance, call) -> upkeep.verify(instance, call.budget()));
    }

    /** Gives unused space back. */
    public Call<InstanceStatus> compact(InstanceKey key, Terms terms) {
        return submit(
                key,
                terms,
                (instance, call) -> {
                    call.beginCommit();
                    return upkeep.compact(instance, call.budget());
                });
    }

    /** Writes a copy, without the node's own tables, to a file that is not there yet. */
    public Call<Bookmark> export(InstanceKey key, Terms terms, Path target) {
        return submit(
                key, terms, (instance, call) -> upkeep.export(instance, call.budget(), target));
    }

    /**
     * Brings an instance that nobody calls to the declared schema, on this thread, as a turn of its
     * lane; one that is asleep is asleep again then. Throws where that may succeed later.
     */
    public Brought tryBring(InstanceKey key) {
        int shard = ShardHash.shard(key, folder.shards());
        var instance = hosted.computeIfAbsent(key, absent -> host(key, shard));
        var came = new AtomicReference<>(Brought.BUSY);
        var _ =
                instance.lane.tryRunNow(
                        () -> {
                            var _ = ownership.checkOwner(shard);
                            came.set(transactions.bring(instance));
                        });
        return came.get();
    }

    /**
     * A name for a file that is needed for a while, and removed at the next start at the latest.
     */
    public Path temporaryFile() {
        return folder.temporaryFile();
    }

    /** The shards this node serves now. */
    public BitSet ownedShards() {
        return ownership.ownedShards();
    }

    /** The instances of the range in these shards, in key order. */
    public List<InstanceStatus> list(Catalog.Range range, BitSet shards, int most) {
        var found = new ArrayList<InstanceStatus>();
        var rest = Optional.of(range);
        // Again where some were deleted meanwhile: a page that is not full is the last one.
        while (rest.isPresent() && found.size() < most) {
            rest = list(rest.get(), shards, most - found.size(), found);
        }
        // The numbers of open instances are those of commits that may not be durable yet.
        log.await(log.last());
        return found;
    }

    /** What is damaged so badly that nobody can tell of which instance it is. */
    public List<String> damagedFiles() {
        return catalog.unreadableFiles().stream()
                .sorted()
                .map(file -> file + ": damaged, and nobody can tell of which instance")
                .toList();
    }

    /** Adds what is in the range; what is left of it. */
    private Optional<Catalog.Range> list(
            Catalog.Range range, BitSet shards, int most, List<InstanceStatus> found) {
        // Asked first: it may end while the catalogue is read.
        boolean recovering = recovery.isRunning();
        long version = catalog.version();
        var rows = catalog.list(range, shards, most);
        for (var row : rows) {
            (recovering ? redone(row, version) : status(row, version)).ifPresent(found::add);
        }
        return rows.size() < most
                ? Optional.empty()
                : Optional.of(
                        new Catalog.Range(
                                range.namespace(),
                                range.idPrefix(),
                                Optional.of(rows.getLast().key())));
    }

    /** One whose files cannot be read now is listed with the others, as one that is not served. */
    private Optional<InstanceStatus> redone(CatalogEntry row, long version) {
        try {
            return status(lifeCycle.upToDate(row), version);
        } catch (Failure e) {
            if (e.reason() != Reason.NODE_UNAVAILABLE) {
                throw e;
            }
            return Optional.of(new InstanceStatus(row, InstanceStatus.State.QUARANTINED));
        }
    }

    /** Empty if it was deleted since that version of the catalogue. */
    private Optional<InstanceStatus> status(CatalogEntry entry, long version) {
        var instance = hosted.get(entry.key());
        if (quarantine.holds(instance, entry)) {
            return Optional.of(new InstanceStatus(entry, InstanceStatus.State.QUARANTINED));
        }
        var database = instance == null ? null : instance.database;
        if (instance != null && database != null) {
            var now = instance.entry(database);
            return Optional.of(new InstanceStatus(now, InstanceStatus.State.OPEN));
        }
        // It may have gone to sleep, with newer commits, after its row was read.
        var now = catalog.version() == version ? Optional.of(entry) : catalog.find(entry.key());
        return now.map(row -> new InstanceStatus(row, InstanceStatus.State.SLEEPING));
    }

    /** From now on calls are refused with SHUTTING_DOWN; those that were taken go on. */
    public void refuseNew() {
        refusing.set(true);
    }

    /** Refuses new calls, lets those that run end, and closes every instance. */
    @Override
    public void close() {
        refuseNew();
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        idleWatch.close();
        endSleeper();
        recovery.close();
        scrubber.close();
        folds.close();
        pool.drain(DRAIN_MOST);
        open.all().forEach(idleWatch::trySleep);
        pool.close();
        // Else the next start would look through what is folded.
        trimming.end();
        log.close();
    }

    /** Waits for what it has under way: one that goes to sleep, or a trim. */
    private void endSleeper() {
        // Not interrupted: that would close the files under it, the journal's too.
        sleeper.shutdown();
        try {
            if (!sleeper.awaitTermination(SLEEP_MOST.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("an instance is still going to sleep");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why nothing becomes durable any more, if so: then the node has to stop. */
    public Optional<Failure> failure() {
        return log.failure();
    }

    private interface LaneWork<T> {
        T run(HostedInstance instance, Call<T> call);
    }

    private <T> Call<T> submit(InstanceKey key, Terms terms, LaneWork<T> work) {
        long deadlineNanos = terms.deadlineNanos();
        int shard = ShardHash.shard(key, folder.shards());
        while (true) {
            var instance = hosted.computeIfAbsent(key, absent -> host(key, shard));
            var call =
                    new Call<T>(
                            new CallBudget(deadlineNanos, ticker),
                            deadlineNanos,
                            ticker.getAsLong(),
                            log::hold,
                            running -> run(instance, running, terms.guard(), work));
            if (refusing.get()) {
                call.refuse(
                        Failure.of(Reason.SHUTTING_DOWN, "the node is stopping; not executed")
                                .retryAfter(RETRY_WHEN_STARTED_AGAIN));
                return call;
            }
            switch (instance.lane.offer(call)) {
                case ACCEPTED -> {
                    pool.abandonAtDeadline(call);
                    return call;
                }
                case FULL -> {
                    call.refuse(overloaded(key));
                    return call;
                }
                case RETIRED -> hosted.remove(key, instance);
            }
        }
    }

    private <T> T run(HostedInstance instance, Call<T> call, Terms.Guard guard, LaneWork<T> work) {
        metrics.queued(call.queueTime());
        long start = ticker.getAsLong();
        try {
            guard.enter(() -> ownership.checkOwner(instance.shard));
            return work.run(instance, call);
        } finally {
            // Errors too: what they say may be a consequence of what is not durable yet.
            call.saw(instance.newest);
            long end = ticker.getAsLong();
            instance.usedNanos = end;
            metrics.ran(Duration.ofNanos(end - start));
        }
    }

    private HostedInstance host(InstanceKey key, int shard) {
        return new HostedInstance(
                key,
                shard,
                owner -> new Lane(pool, limits.laneQueueMax(), owner),
                instance -> hosted.remove(key, instance));
    }

    /** The scrubber's. */
    private final class LaneDoor implements Scrubber.Door {
        @Override
        public boolean tryAsleep(InstanceKey key, Predicate<HostedInstance> task) {
            int shard = ShardHash.shard(key, folder.shards());
            var instance = hosted.computeIfAbsent(key, absent -> host(key, shard));
            var said = new AtomicBoolean();
            boolean ran =
                    instance.lane.tryRunNow(
                            () -> said.set(lifeCycle.putAsleep(instance) && task.test(instance)));
            return ran && said.get();
        }

        @Override
        public void quarantine(HostedInstance instance, Failure why) {
            quarantine.add(instance, why);
        }
    }

    /** What whoever calls an instance that there is not is told. */
    public static Failure notFound(InstanceKey key) {
        return Failure.of(
                Reason.INSTANCE_NOT_FOUND, "instance " + key + ": not found (a Mutate creates it)");
    }

    private Failure overloaded(InstanceKey key) {
        return Failure.of(
                        Reason.OVERLOADED,
                        "instance "
                                + key
                                + ": "
                                + limits.laneQueueMax()
                                + " calls are waiting already; not executed")
                .retryAfter(RETRY_WHEN_OVERLOADED);
    }
}
