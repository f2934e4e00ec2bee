package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the oldest part of the journal free. One thread at a time.
 *
 * <p>The invariant: nothing is given free that is not in the files and in the catalogue, durably.
 */
final class Trimming {
    private static final Logger LOG = LoggerFactory.getLogger(Trimming.class);
    private static final Duration NOTE_DURABLE_EVERY = Duration.ofSeconds(5);

    private final CommitLog log;
    private final Recovery recovery;
    private final Catalog catalog;
    private final Collection<HostedInstance> hosted;
    private final Folds folds;
    private final LongSupplier ticker;

    /** What kept the journal from being trimmed the last time; empty if nothing did. */
    private String failure = "";

    private long notedDurable;
    private long notedNanos;

    /**
     * Watches the instances in that collection.
     *
     * @param folds has instances folded that hold the journal back
     */
    Trimming(
            CommitLog log,
            Recovery recovery,
            Collection<HostedInstance> hosted,
            Folds folds,
            LongSupplier ticker) {
        this.log = log;
        this.recovery = recovery;
        this.catalog = recovery.catalog();
        this.hosted = hosted;
        this.folds = folds;
        this.ticker = ticker;
        this.notedNanos = ticker.getAsLong();
    }

    /** Gives free what is folded, and folds what holds the oldest part of the journal back. */
    synchronized void run() {
        run(ticker.getAsLong() - notedNanos >= NOTE_DURABLE_EVERY.toNanos());
    }

    /** The last time: else the next start would look through what is folded. */
    synchronized void end() {
        run(true);
    }

    private void run(boolean note) {
        try {
            recovery.removeAgain();
            // Durable: the catalogue must not say that it has seen what a crash may take back.
            long durable = log.durable();
            long free = free(durable);
            if (free >= log.oldestSegmentEnd() && free > catalog.applied()) {
                // Before the journal may forget it: whatever it says of creations, deletions and
                // folds is in there, since all of it is done up to here.
                catalog.appliedUpTo(free);
            }
            log.trim(free);
            if (note && durable > notedDurable) {
                // So that the next start sees whether the journal's end is missing.
                catalog.sawDurable(durable);
                notedNanos = ticker.getAsLong();
                notedDurable = durable;
            }
            failure = "";
        } catch (RuntimeException e) {
            // The next round tries again; without this line there would be none.
            failed(e);
        }
    }

    private long free(long durable) {
        long free = durable;
        long oldestEnd = log.isOver() ? log.oldestSegmentEnd() : Long.MIN_VALUE;
        var holdBack = new ArrayList<HostedInstance>();
        for (var instance : hosted) {
            long needed = instance.unfoldedAfter;
            free = Math.min(free, needed);
            if (needed < oldestEnd) {
                holdBack.add(instance);
            }
        }
        if (!holdBack.isEmpty()) {
            folds.fold(holdBack, oldestEnd, log.isNearlyFull());
        }
        // Last: of what was gone a moment ago the instance may not speak any more.
        return Math.min(free, recovery.neededAfter());
    }

    /** A full disk lasts, and there are two rounds a second: each problem is told once. */
    private void failed(RuntimeException e) {
        var problem = e.toString();
        if (!problem.equals(failure)) {
            failure = problem;
            LOG.error("the journal could not be trimmed; tried again until it can", e);
        }
    }
}
