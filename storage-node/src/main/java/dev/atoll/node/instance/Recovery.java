package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.catalog.Due;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.folder.InstanceFiles;
import dev.atoll.node.instance.JournalIndex.Traces;
import dev.atoll.node.journal.Journal;
import dev.atoll.node.sqlite.ClosedDatabase;
import dev.atoll.node.sqlite.SqliteLimits;
import dev.atoll.process.StopSignal;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings into the files what is in the journal and not in them: after a start that of all
 * instances, those first that are called; later that of one that broke. Thread-safe.
 *
 * <p>The invariant it relies on: the journal is trimmed only up to commits that are folded, and a
 * fold is noted beside the file before the journal may forget them. A record that is needed here
 * holds the journal back ({@link #neededAfter}) until what it says is in file and catalogue, or set
 * aside.
 */
public final class Recovery implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int PROGRESS_EVERY = 1_000;
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);
    private static final Duration LEAVE_THE_DISK = Duration.ofMillis(2);
    private static final int THREADS_MAX = 4;

    private final Journal journal;
    private final DataFolder folder;
    private final Catalog catalog;

    /** Removed by whoever has done it, with its traces locked. */
    private final Map<Long, Traces> pending = new ConcurrentHashMap<>();

    private final Removals removals;
    private final Map<Long, Failure> lost = new ConcurrentHashMap<>();
    private final AtomicLong done = new AtomicLong();

    /** How many callers wait for a redo: the background leaves them the disk. */
    private final AtomicInteger urgent = new AtomicInteger();

    private final List<Thread> background = new ArrayList<>();
    private final StopSignal closed = new StopSignal();
    private final int found;

    private Recovery(Journal journal, DataFolder folder, Catalog catalog, JournalIndex index)
            throws IOException {
        this.journal = journal;
        this.folder = folder;
        this.catalog = catalog;
        this.removals = new Removals(folder);
        for (var traces : index.all()) {
            pending.put(traces.incarnation, traces);
        }
        this.found = pending.size();
    }

    /**
     * Finds out what there is to do, and brings the catalogue up to date; to be called once, before
     * any instance is opened. Files are redone after {@link #start}, or when they are needed.
     *
     * @param damageAccepted whether to go on where commits are lost and nobody can tell whose; else
     *     throws IOException
     */
    public static Recovery prepare(
            Journal journal, DataFolder folder, SqliteLimits limits, boolean damageAccepted)
            throws IOException {
        var index = JournalIndex.read(journal, journal.start());
        checkDamage(index, damageAccepted);
        var catalog = CatalogRepair.open(folder, journal, damageAccepted);
        try {
            var recovery = new Recovery(journal, folder, catalog, index);
            CatalogRepair.apply(index, catalog);
            var rebuild =
                    new CatalogRebuild(
                            folder,
                            catalog,
                            limits,
                            // A journal that lost something may have lost that.
                            incarnation -> !damageAccepted && index.of(incarnation).isEmpty());
            if (catalog.isComplete()) {
                rebuild.lookAgain();
            } else {
                // The files tell what there is, once they hold what the journal does.
                index.all().forEach(traces -> recovery.ensure(traces.incarnation));
                rebuild.run(recovery.removals.incarnations());
            }
            CatalogRepair.discardCreations(catalog, recovery.removals);
            recovery.lost.putAll(catalog.setAside());
            return recovery;
        } catch (IOException | RuntimeException e) {
            catalog.close();
            throw e;
        }
    }

    private static void checkDamage(JournalIndex index, boolean accepted) throws IOException {
        for (var damage : index.unknownDamage()) {
            LOG.error("journal damaged, and nobody can tell whose commits are lost: {}", damage);
        }
        if (!accepted && !index.unknownDamage().isEmpty()) {
            throw new IOException(
                    "journal: "
                            + index.unknownDamage().getFirst()
                            + "; any instance may have lost its newest commits (expected: the file"
                            + " as it was; or journal-damage-accepted=true, to serve what is"
                            + " there)");
        }
    }

    /** Which instances there are. Closed by whoever closes this. */
    public Catalog catalog() {
        return catalog;
    }

    /** Begins to redo in the background what nobody asks for. */
    void start() {
        if (pending.isEmpty()) {
            return;
        }
        LOG.atInfo()
                .addKeyValue("instances", found)
                .log(
                        "redoing what the journal holds beyond the files, those first that are called");
        int threads = Math.min(THREADS_MAX, Runtime.getRuntime().availableProcessors());
        for (int i = 0; i < threads; i++) {
            int share = i;
            background.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("recovery-" + i)
                            .start(() -> redoShare(share, threads)));
        }
    }

    /** How many instances are still to be redone. */
    int pendingCount() {
        return pending.size();
    }

    /** Whether what the catalogue says may be older than the journal. */
    boolean isRunning() {
        return !pending.isEmpty();
    }

    /** How many were redone since the start. */
    long doneCount() {
        return done.get();
    }

    /** Why an incarnation cannot be served, if so. */
    Optional<Failure> lost(long incarnation) {
        return Optional.ofNullable(lost.get(incarnation));
    }

    /** Records after this position are needed for instances that were not redone yet. */
    long neededAfter() {
        long needed = Long.MAX_VALUE;
        for (var traces : pending.values()) {
            needed = Math.min(needed, traces.after);
        }
        // Last: what was pending a moment ago may be there now.
        return Math.min(needed, removals.neededAfter());
    }

    /** Redoes an incarnation now, if that is still to be done. Throws NODE_UNAVAILABLE. */
    void ensure(long incarnation) {
        var traces = pending.get(incarnation);
        if (traces == null) {
            return;
        }
        urgent.incrementAndGet();
        try {
            ensure(traces);
        } finally {
            urgent.decrementAndGet();
        }
    }

    private void ensure(Traces traces) {
        long incarnation = traces.incarnation;
        synchronized (traces) {
            if (!pending.containsKey(incarnation)) {
                return; // Another thread was faster.
            }
            try {
                redoOrSetAside(traces);
            } catch (IOException e) {
                throw unavailable(traces, e);
            }
            pending.remove(incarnation);
        }
        long count = done.incrementAndGet();
        if (pending.isEmpty()) {
            LOG.atInfo().addKeyValue("instances", count).log("redone");
        } else if (count % PROGRESS_EVERY == 0) {
            LOG.atInfo().addKeyValue("done", count).addKeyValue("of", found).log("redoing goes on");
        }
    }

    /**
     * Redoes one instance that nobody has open, with the records after a position; false if those
     * say that it is gone.
     */
    boolean redo(CatalogEntry entry, long after) throws IOException {
        var traces = JournalIndex.read(journal, after).of(entry.incarnation());
        if (traces.isEmpty()) {
            return true;
        }
        if (traces.get().isGone()) {
            remove(entry.shard(), entry.incarnation(), after);
            return false;
        }
        redoOrSetAside(traces.get());
        return true;
    }

    /** It cannot be served from now on, after the next start either. */
    void setAside(int shard, long incarnation, Failure why) {
        lost.put(incarnation, why);
        try {
            // In the catalogue too, for listings; it may be lost, and what lies beside stays.
            catalog.putAside(incarnation, why);
            var file = folder.findInstanceFile(shard, incarnation);
            // Why commits were set aside stays with them, whatever is found later.
            if (!Files.exists(InstanceFiles.sideLog(file))
                    || InstanceFiles.findReason(file).isEmpty()) {
                InstanceFiles.keepReason(file, why.message());
            }
        } catch (Failure | IOException e) {
            // The next start finds out again, when it is opened.
            LOG.atError()
                    .addKeyValue("incarnation", incarnation)
                    .log("that it is quarantined could not be noted", e);
        }
    }

    /**
     * It may be served again, as nothing of it is lost; closed as it is, its file has everything.
     */
    void takeBack(CatalogEntry entry) {
        var file = folder.findInstanceFile(entry.shard(), entry.incarnation());
        try {
            // Another copy than the one that was read may be on the disk after a power cut.
            ClosedDatabase.makeDurable(file);
            // The file may be another one by now, which wants again what was done before.
            catalog.due().put(entry.incarnation(), Due.unknown(ClosedDatabase.wakeMicros(file)));
            // The reason last: a crash in between leaves it quarantined.
            InstanceFiles.removeSideLog(file);
            InstanceFiles.removeReason(file);
        } catch (IOException e) {
            throw Failure.of(
                    Reason.NODE_UNAVAILABLE,
                    "instance "
                            + entry.key()
                            + ": its quarantine cannot be lifted: "
                            + e.getMessage(),
                    e);
        }
        catalog.removeAside(entry.incarnation());
        lost.remove(entry.incarnation());
    }

    /**
     * Removes what is left of an incarnation that is gone; what cannot be removed now goes later.
     * First the files: they are what makes space on a full disk, and the catalogue's change may not
     * fit before.
     *
     * @param after the journal's position before the records that say so
     */
    void remove(int shard, long incarnation, long after) {
        drop(incarnation);
        removals.remove(shard, incarnation, after);
        lost.remove(incarnation);
        try {
            catalog.remove(incarnation);
        } catch (Failure e) {
            // The catalogue owes it, and does not show it.
            LOG.atError()
                    .addKeyValue("incarnation", incarnation)
                    .log("that it is gone could not be noted yet", e);
        }
    }

    /** There is nothing to be redone in what is gone; a redo that runs ends first. */
    private void drop(long incarnation) {
        var traces = pending.get(incarnation);
        if (traces != null) {
            synchronized (traces) {
                pending.remove(incarnation);
            }
        }
    }

    /** Tries again to remove what could not be removed. */
    void removeAgain() {
        removals.tryAgain();
    }

    private void redoShare(int share, int shares) {
        do {
            pending.values().stream()
                    .filter(traces -> traces.incarnation % shares == share)
                    // What holds the journal back comes first.
                    .sorted(Comparator.comparingLong(traces -> traces.after))
                    .forEach(this::redoInBackground);
        } while (!pending.isEmpty() && !closed.isGivenWithin(AGAIN_AFTER));
    }

    private void redoInBackground(Traces traces) {
        while (urgent.get() > 0 && !closed.isGivenWithin(LEAVE_THE_DISK)) {
            // Callers come first.
        }
        if (closed.isGiven()) {
            return;
        }
        try {
            ensure(traces);
        } catch (RuntimeException e) {
            // It is tried again, and meanwhile holds the journal back.
            LOG.atError()
                    .addKeyValue("shard", traces.shard)
                    .addKeyValue("incarnation", traces.incarnation)
                    .log("instance cannot be redone yet", e);
        }
    }

    private void redoOrSetAside(Traces traces) throws IOException {
        if (traces.isGone()) {
            removals.remove(traces.shard, traces.incarnation, traces.after);
            return;
        }
        var file = folder.instanceFile(traces.shard, traces.incarnation);
        if (traces.isSuperseded() && isNobodys(file)) {
            return;
        }
        if (traces.foldNoted() > catalog.commit(traces.incarnation)) {
            // It may be all that says so, and the journal forgets it.
            catalog.atLeast(traces.incarnation, traces.foldNoted());
        }
        long known = 0;
        try {
            // What the file has is not asked of the journal, where it may be damaged by now.
            traces.folded(ClosedDatabase.foldedCommit(file));
            traces.checkNotLost();
            var now =
                    ClosedDatabase.redo(
                            file,
                            new ClosedDatabase.Found(
                                    traces.incarnation, traces.foldNoted(), traces.unfolded()),
                            traces.isCreated());
            long held = Math.max(traces.foldNoted(), catalog.commit(traces.incarnation));
            if (now.commit() < held) {
                known = held;
                throw OlderFile.quarantined(file, now.commit(), held);
            }
            catalog.update(traces.incarnation, now.commit(), content(now));
            catalog.due().put(traces.incarnation, Due.unknown(now.wakeMicros()));
        } catch (Failure e) {
            if (e.reason() != Reason.INSTANCE_QUARANTINED && e.reason() != Reason.CORRUPTION) {
                throw e;
            }
            LOG.atError()
                    .addKeyValue("file", file)
                    .log("instance cannot be redone: {}", e.message());
            var why =
                    e.reason() == Reason.INSTANCE_QUARANTINED
                            ? e
                            : Failure.of(Reason.INSTANCE_QUARANTINED, e.message(), e);
            lost.put(traces.incarnation, why);
            // What the file has is not set aside, and the journal forgets it.
            ClosedDatabase.confirmFolded(file);
            SideLog.write(traces, InstanceFiles.sideLog(file), known);
            setAside(traces.shard, traces.incarnation, why);
        }
    }

    /** What a creation left that came to nothing; more than that stays where it is. */
    private static boolean isNobodys(Path file) throws IOException {
        if (!ClosedDatabase.isThere(file)) {
            return true;
        }
        if (!ClosedDatabase.isOnlyBegun(file)) {
            return false;
        }
        LOG.warn("put aside: {}", InstanceFiles.putAside(file));
        return true;
    }

    /** What the catalogue is to say of a file that nobody has open. */
    static CatalogEntry.Content content(ClosedDatabase.Redone now) {
        return new CatalogEntry.Content(
                now.bytes(),
                now.commit() == 0
                        ? Optional.empty()
                        : Optional.of(Instant.EPOCH.plus(now.timeMicros(), ChronoUnit.MICROS)),
                new CatalogEntry.Schema(now.schemaVersion(), 0));
    }

    private Failure unavailable(Traces traces, IOException e) {
        return Failure.of(
                Reason.NODE_UNAVAILABLE,
                folder.findInstanceFile(traces.shard, traces.incarnation)
                        + ": cannot be redone: "
                        + e.getMessage(),
                e);
    }

    /** Ends the background's work; what is left is for the next start. */
    @Override
    public void close() {
        closed.give();
        try {
            for (var thread : background) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while an instance was redone", e);
        }
    }
}
