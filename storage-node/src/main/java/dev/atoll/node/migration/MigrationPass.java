package dev.atoll.node.migration;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.catalog.SchemaCatalog;
import dev.atoll.node.config.ActiveConfig;
import dev.atoll.node.config.Declarations;
import dev.atoll.node.instance.Instances;
import dev.atoll.process.StopSignal;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings instances that nobody calls to the declared schema, one after the other, so many a second
 * at the most. One thread of its own.
 *
 * <p>It goes through the catalogue from the first key to the last: after a start, after a version
 * was applied, after a pause, and again where something was left. It remembers nothing else, so
 * there is nothing that a crash could take.
 */
public final class MigrationPass implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MigrationPass.class);

    /** A version that was applied, and a pause, are seen this soon. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    /** What is left for later is tried again after this long, twice as long each time. */
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

    private static final Duration AGAIN_AFTER_MOST = Duration.ofMinutes(1);

    /** One that was made by an older version while that was replaced sleeps until then. */
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(10);

    private static final int PAGE = 256;

    private final Parts parts;
    private final Duration interval;
    private final MigrationMetrics metrics;
    private final Thread thread = Thread.ofPlatform().daemon().name("migrate").unstarted(this::run);
    private final StopSignal closed = new StopSignal();

    // All below are of the thread.
    private @Nullable Declarations done;

    /**
     * Those that the last round went through: a node has its shards only some time after a start.
     */
    private BitSet doneShards = new BitSet();

    private Duration backOff = AGAIN_AFTER;
    private long nextRoundNanos;
    private long nextTurnNanos;

    /**
     * What it works on. Immutable.
     *
     * @param fleet which of them are behind
     * @param config what is declared, and whether the pass is paused
     */
    public record Parts(Instances instances, Catalog catalog, Fleet fleet, ActiveConfig config) {}

    /** It begins with {@link #start}, and takes at most that many a second. */
    public MigrationPass(Parts parts, int perSecond, MigrationMetrics metrics) {
        this.parts = parts;
        this.interval = Duration.ofSeconds(1).dividedBy(perSecond);
        this.metrics = metrics;
    }

    public void start() {
        thread.start();
    }

    private void run() {
        do {
            try {
                look();
            } catch (RuntimeException e) {
                // The next round tries again; without this line nobody would know.
                LOG.error("the migration was cut short", e);
                later(AGAIN_AFTER_MOST);
            }
        } while (!closed.isGivenWithin(LOOK_EVERY));
    }

    private void look() {
        var now = parts.config().current();
        if (now.isEmpty() || !mayRun()) {
            // Whatever comes next begins with a round.
            done = null;
            return;
        }
        boolean changed = now.get() != done;
        if (changed) {
            parts.fleet().forgetOldFailures();
            backOff = AGAIN_AFTER;
        } else if (System.nanoTime() - nextRoundNanos < 0 && !hasNewShards()) {
            return;
        }
        round(now.get());
    }

    private boolean hasNewShards() {
        var owned = (BitSet) parts.instances().ownedShards().clone();
        owned.andNot(doneShards);
        return !owned.isEmpty();
    }

    /** Not before the store has said that it is not paused. */
    private boolean mayRun() {
        return !parts.config().isMigrationPaused().orElse(true);
    }

    private void round(Declarations now) {
        metrics.counted(parts.fleet().count());
        var round = new Round(now);
        round.run();
        if (!round.goesOn()) {
            return;
        }
        metrics.counted(parts.fleet().count());
        done = now;
        doneShards = round.shards;
        if (round.brought > 0) {
            LOG.atInfo()
                    .addKeyValue("version", now.version().number())
                    .addKeyValue("brought", round.brought)
                    .addKeyValue("failed", round.failed)
                    .addKeyValue("later", round.later)
                    .log("sleeping instances were brought to the declared schema");
            backOff = AGAIN_AFTER;
        }
        if (round.later == 0) {
            later(SWEEP_EVERY);
        } else {
            later(backOff);
            var doubled = backOff.multipliedBy(2);
            backOff = doubled.compareTo(AGAIN_AFTER_MOST) < 0 ? doubled : AGAIN_AFTER_MOST;
        }
    }

    private void later(Duration pause) {
        nextRoundNanos = System.nanoTime() + pause.toNanos();
    }

    /** Once from the first key to the last. */
    private final class Round {
        private final Declarations now;
        private final BitSet shards = (BitSet) parts.instances().ownedShards().clone();
        private long brought;
        private long failed;
        private long later;

        /** Whether nothing can be brought anywhere for the time being. */
        private boolean hopeless;

        // One line a round: others probably have the same trouble.
        private boolean told;

        Round(Declarations now) {
            this.now = now;
        }

        /** Not where another version is current, or the pass is paused. */
        boolean goesOn() {
            return !closed.isGiven()
                    && mayRun()
                    && parts.config().current().filter(current -> current == now).isPresent();
        }

        void run() {
            Optional<InstanceKey> after = Optional.empty();
            boolean more = true;
            while (more && !hopeless && goesOn()) {
                var page = parts.catalog().list(new Catalog.Range("", "", after), shards, PAGE);
                for (var entry : page) {
                    // Last, whether it goes on: what is due by a version that was applied after a
                    // pause is not known before the pause is.
                    if (!hopeless && parts.fleet().isDue(entry) && takeTurn() && goesOn()) {
                        bring(entry);
                    }
                }
                more = page.size() == PAGE;
                if (more) {
                    after = Optional.of(page.getLast().key());
                }
            }
        }

        private void bring(CatalogEntry entry) {
            try {
                switch (parts.instances().tryBring(entry.key())) {
                    case REACHED -> {
                        brought++;
                        metrics.brought();
                    }
                    case FAILED -> {
                        failed++;
                        metrics.failed();
                    }
                    case BUSY -> later++;
                    case NOT_DECLARED -> {
                        // No longer: the round ends.
                    }
                }
            } catch (Failure e) {
                failed(entry, e);
            }
        }

        private void failed(CatalogEntry entry, Failure why) {
            switch (why.reason()) {
                case INSTANCE_NOT_FOUND, NAMESPACE_NOT_FOUND -> {
                    // Deleted, or declared no more, since its row was read.
                }
                case INSTANCE_QUARANTINED, CORRUPTION -> setAside(entry, why);
                default -> {
                    // Of the node, or nobody knows: it may succeed later.
                    hopeless = why.reason() == Reason.NODE_FULL;
                    metrics.failedForNow();
                    if (!told) {
                        told = true;
                        LOG.atWarn()
                                .addKeyValue("instance", entry.key())
                                .log("is brought to the declared schema later: {}", why.message());
                    }
                    later++;
                }
            }
        }

        /** Not looked at again before it is well, and called, or declared otherwise. */
        private void setAside(CatalogEntry entry, Failure why) {
            var key = entry.key();
            var text = why.reason() + ": " + why.message();
            parts.fleet()
                    .findSchema(key)
                    .ifPresent(
                            wanted ->
                                    parts.catalog()
                                            .schemas()
                                            .failed(
                                                    entry.incarnation(),
                                                    new SchemaCatalog.Failed(
                                                            key,
                                                            wanted.mark(),
                                                            entry.content().schema().version(),
                                                            text)));
            failed++;
            metrics.failed();
        }
    }

    /** Waits for it; false if there is none any more. */
    private boolean takeTurn() {
        long now = System.nanoTime();
        long wait = nextTurnNanos - now;
        // What was not used is not made up for.
        nextTurnNanos = (wait > 0 ? nextTurnNanos : now) + interval.toNanos();
        return wait <= 0 ? !closed.isGiven() : !closed.isGivenWithin(Duration.ofNanos(wait));
    }

    /** Waits for the instance whose turn it is. */
    @Override
    public void close() {
        closed.give();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while an instance was migrated", e);
        }
    }
}
