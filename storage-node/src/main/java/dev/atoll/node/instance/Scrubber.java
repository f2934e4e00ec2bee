package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.lease.Ownership;
import dev.atoll.node.sqlite.ClosedDatabase;
import dev.atoll.process.StopSignal;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all files again, slowly, and compares them with their checksums: a disk that forgot is
 * found while there is still a copy elsewhere, and not when a caller asks. One thread of its own.
 *
 * <p>An instance that is open has been read when it was opened or will be when it sleeps: one that
 * has nothing to do is put to sleep for it.
 */
final class Scrubber implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);

    /** So many pages in one task of a lane, and at the most so many tasks in a second. */
    private static final int STEP_PAGES = 64;

    private static final Duration STEP_EVERY = Duration.ofMillis(30);

    /** Nobody waits for it; a start has other things to do. */
    private static final Duration FIRST_AFTER = Duration.ofMinutes(1);

    private final Catalog catalog;
    private final Ownership ownership;
    private final DataFolder folder;
    private final Door door;
    private final Duration every;
    private final InstanceMetrics metrics;
    private final Thread thread = Thread.ofPlatform().daemon().name("scrub").unstarted(this::run);
    private final StopSignal closed = new StopSignal();

    /** The way into an instance's lane. */
    interface Door {
        /**
         * Runs the task in the lane of the instance, which is asleep for it, on this thread; what
         * the task says, or false if the instance has something to do or is quarantined.
         */
        boolean tryAsleep(InstanceKey key, Predicate<HostedInstance> task);

        /** Takes it out of service, in its lane. */
        void quarantine(HostedInstance instance, Failure why);
    }

    Scrubber(Instances.Parts parts, Door door, Duration every) {
        this.catalog = parts.recovery().catalog();
        this.ownership = parts.ownership();
        this.folder = parts.folder();
        this.metrics = parts.metrics();
        this.door = door;
        this.every = every;
    }

    void start() {
        thread.start();
    }

    private void run() {
        var pause = every.compareTo(FIRST_AFTER) < 0 ? every : FIRST_AFTER;
        while (!closed.isGivenWithin(pause)) {
            long start = System.nanoTime();
            try {
                scrubAll();
            } catch (RuntimeException | IOException e) {
                // The next round tries again; without this line nobody would know.
                LOG.error("the scrub was cut short", e);
            }
            var left = every.minusNanos(System.nanoTime() - start);
            pause = left.isNegative() ? Duration.ZERO : left;
        }
    }

    /** In the order of keys. */
    private void scrubAll() throws IOException {
        Optional<InstanceKey> after = Optional.empty();
        while (!closed.isGiven()) {
            var page = catalog.list(new Catalog.Range("", "", after), ownership.ownedShards(), 1);
            if (page.isEmpty()) {
                metrics.scrubbedAll();
                return;
            }
            scrub(page.getFirst());
            after = Optional.of(page.getFirst().key());
        }
    }

    private void scrub(CatalogEntry entry) throws IOException {
        var progress = new Progress(entry);
        while (door.tryAsleep(entry.key(), progress) && !closed.isGivenWithin(STEP_EVERY)) {
            // Others' tasks run in between.
        }
        var failed = progress.failed;
        if (failed != null) {
            throw failed;
        }
        metrics.scrubbed();
    }

    /** How far one instance is; a step is a task of its lane. */
    private final class Progress implements Predicate<HostedInstance> {
        private final CatalogEntry entry;
        private ClosedDatabase.@Nullable Scrubbing scrubbing;
        private boolean over;

        // Read by the same thread: the lane's task runs on it.
        private @Nullable IOException failed;

        Progress(CatalogEntry entry) {
            this.entry = entry;
        }

        @Override
        public boolean test(HostedInstance instance) {
            try {
                step(instance);
            } catch (Failure e) {
                over = true;
                if (e.reason() != Reason.INSTANCE_QUARANTINED) {
                    throw e;
                }
                door.quarantine(instance, e);
            } catch (IOException e) {
                over = true;
                failed = e;
            }
            return !over;
        }

        private void step(HostedInstance instance) throws IOException {
            var current = catalog.find(entry.key());
            if (current.isEmpty() || current.get().incarnation() != entry.incarnation()) {
                over = true; // Deleted since.
                return;
            }
            var file = folder.findInstanceFile(entry.shard(), entry.incarnation());
            var running = scrubbing;
            if (running == null) {
                running = new ClosedDatabase.Scrubbing(file);
                scrubbing = running;
            }
            over = running.isOver();
            if (!over) {
                running.step(STEP_PAGES)
                        .ifPresent(
                                damage -> {
                                    over = true;
                                    door.quarantine(
                                            instance,
                                            Failure.of(Reason.INSTANCE_QUARANTINED, damage)
                                                    .with("file", file.toString()));
                                });
            }
        }
    }

    @Override
    public void close() {
        closed.give();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while an instance was compared", e);
        }
    }
}
