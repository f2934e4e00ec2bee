package dev.atoll.node.waking;

import dev.atoll.node.catalog.DueTable;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.rules.Times;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the instances that are due, in the shards this node serves, and visits a few at a time;
 * sleeps until the next one is, or an earlier one becomes known. One that cannot be served is
 * postponed. Thread-safe.
 */
public final class DueInstances implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DueInstances.class);

    /**
     * Each waits for the disk most of the time; a woken instance takes a place of the open ones.
     */
    private static final int VISITS_MAX = 32;

    /** Shards come, and clocks are set, without a word. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private static final Duration CLOSE_MOST = Duration.ofSeconds(5);

    private final Parts parts;
    private final DueTable table;
    private final Set<Long> visited = ConcurrentHashMap.newKeySet();
    private final Semaphore free = new Semaphore(VISITS_MAX);
    private final ExecutorService visits = Executors.newVirtualThreadPerTaskExecutor();

    private volatile boolean closed;
    private volatile long sleepsUntilMicros = Long.MAX_VALUE;
    private volatile long lateMicros;
    private volatile @Nullable Thread thread;

    /**
     * What it works with. Immutable.
     *
     * @param operations runs those of alarms
     * @param watchers of alarms
     */
    public record Parts(
            Instances instances,
            AlarmOperations operations,
            AlarmWatchers watchers,
            WakeMetrics metrics,
            InstantSource clock) {}

    public DueInstances(Parts parts) {
        this.parts = parts;
        this.table = parts.instances().due();
    }

    /** Begins to look. To be called once. */
    public void start() {
        parts.metrics().watch(() -> lateMicros / 1e6);
        thread = Thread.ofPlatform().daemon().name("due-instances").start(this::look);
        parts.instances()
                .onEarlierDue(
                        micros -> {
                            if (micros < sleepsUntilMicros) {
                                LockSupport.unpark(thread);
                            }
                        });
    }

    private void look() {
        while (!closed) {
            long next;
            try {
                next = visitAll();
            } catch (RuntimeException e) {
                LOG.error("due instances cannot be looked for; tried again", e);
                next = Long.MAX_VALUE;
            }
            long now = now();
            long wait = Math.min(next - now, TimeUnit.NANOSECONDS.toMicros(LOOK_EVERY.toNanos()));
            if (wait > 0 && !closed) {
                LockSupport.parkNanos(this, TimeUnit.MICROSECONDS.toNanos(wait));
            }
        }
    }

    /** Visits those that are due, as many as may be at a time; when the next one will be. */
    private long visitAll() {
        // Before it is looked: what becomes due earlier meanwhile has to be told.
        sleepsUntilMicros = Long.MAX_VALUE;
        long now = now();
        var shards = parts.instances().ownedShards();
        int most = free.availablePermits();
        var due = new ArrayList<DueTable.Found>();
        if (most > 0) {
            due.addAll(table.findOwn(now, shards, visited::contains, most));
            for (var namespace : parts.watchers().readyNamespaces()) {
                due.addAll(table.findWatched(namespace, now, shards, visited::contains, most));
            }
            lateMicros = due.stream().mapToLong(each -> now - each.atMicros()).max().orElse(0);
        }
        for (var each : due) {
            if (!visited.contains(each.incarnation()) && free.tryAcquire()) {
                visited.add(each.incarnation());
                visits.execute(() -> visit(each));
            }
        }
        long next = table.nextOwn(now);
        sleepsUntilMicros = next;
        return next;
    }

    private void visit(DueTable.Found due) {
        try {
            new Visit(due.key(), parts).run();
        } catch (Failure e) {
            putOff(due, e);
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("instance", due.key()).log("a due instance met a defect", e);
            putOff(due, e);
        } finally {
            visited.remove(due.incarnation());
            free.release();
            LockSupport.unpark(thread);
        }
    }

    private void putOff(DueTable.Found due, RuntimeException why) {
        if (closed) {
            return; // The next start finds it.
        }
        try {
            if (why instanceof Failure failure && failure.reason() == Reason.INSTANCE_NOT_FOUND) {
                table.remove(due.incarnation());
                return;
            }
            parts.instances().putOffDue(due.key(), due.incarnation(), parts.clock().instant());
            parts.metrics().postponed();
            LOG.atWarn()
                    .addKeyValue("instance", due.key())
                    .log("due, and cannot be served now: {}", why.getMessage());
        } catch (Failure e) {
            LOG.atError().addKeyValue("instance", due.key()).log("cannot be put off", e);
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    private long now() {
        return Times.micros(parts.clock().instant());
    }

    /** Begins nothing more, and gives what runs a while to end. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        visits.shutdown();
        try {
            if (!visits.awaitTermination(CLOSE_MOST.toMillis(), TimeUnit.MILLISECONDS)) {
                visits.shutdownNow();
            }
            var looking = thread;
            if (looking != null) {
                var _ = looking.join(CLOSE_MOST);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
