package dev.atoll.router.placement;

import dev.atoll.wire.EtcdLayout;
import io.etcd.jetcd.Watch;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The placement as etcd records it. One thread does it all: it reads the whole record when a watch
 * says that something changed, and every second in case the watch has gone silent; publishes what
 * it read; and keeps the record where this router is elected to. Thread-safe.
 */
public final class EtcdPlacement implements Placement {
    private static final Logger log = LoggerFactory.getLogger(EtcdPlacement.class);

    /** About twice the time that a node's lease lasts. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(3);

    private final EtcdClient etcd;
    private final EtcdLayout layout;
    private final Consumer<PlacementView> onMove;
    private final CurrentView current;
    private final Keeper keeper;
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;

    private Watch.@Nullable Watcher watch;
    private volatile boolean watchEnded;
    private volatile boolean closed;

    // Why the newest reading failed; empty while etcd answers.
    private volatile String trouble = "";
    private volatile long troubleSince;

    // Of the declarations; what etcd held at the newest reading. Routers only show it.
    private volatile long configVersion;

    // Of the placement's thread, and before it starts of the one that opens.
    private long graceUntil = System.nanoTime();

    private EtcdPlacement(
            EtcdClient etcd,
            EtcdLayout layout,
            Consumer<PlacementView> onMove,
            MeterRegistry registry) {
        this.etcd = etcd;
        this.layout = layout;
        this.onMove = onMove;
        this.current = new CurrentView(PlacementView.unknown(layout.cluster()));
        this.keeper = new Keeper(etcd, layout, "router-" + UUID.randomUUID());
        PlacementMetrics.register(registry, current::get, keeper::elected, () -> trouble.isEmpty());
        PlacementMetrics.registerConfig(registry, () -> configVersion);
        this.thread = Thread.ofPlatform().daemon().name("placement").unstarted(this::run);
    }

    /**
     * Reads the record once, and then goes on in the background. Throws if the record is not ours;
     * an etcd that does not answer is tried again.
     *
     * @param onMove runs after each new view, on the placement's thread; must not wait
     */
    public static EtcdPlacement open(
            EtcdAddress address,
            EtcdLayout layout,
            Consumer<PlacementView> onMove,
            MeterRegistry registry)
            throws IOException {
        var etcd = EtcdClient.of(address);
        var placement = new EtcdPlacement(etcd, layout, onMove, registry);
        try {
            placement.readAndKeep();
        } catch (EtcdRecord.Refused e) {
            placement.current.close();
            etcd.close();
            throw new IOException("etcd at " + etcd.urls() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            placement.away(e);
        }
        placement.thread.start();
        return placement;
    }

    @Override
    public PlacementView view() {
        return current.get();
    }

    @Override
    public void afterMove(long revision, Duration timeout, Runnable then) {
        current.afterMove(revision, timeout, then);
    }

    @Override
    public List<String> missing() {
        var view = current.get();
        var reason = trouble;
        if (!reason.isEmpty()) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - troubleSince);
            var since = "etcd at " + etcd.urls() + ", for " + seconds + " s: " + reason;
            return List.of(
                    view.known()
                            ? since + "; serving from placement revision " + view.revision()
                            : since + "; no placement known yet");
        }
        if (!view.known()) {
            return List.of("cluster '" + layout.cluster() + "' has no node yet");
        }
        if (view.nodes().isEmpty()) {
            return List.of("cluster '" + layout.cluster() + "' has no live node");
        }
        int owned = view.shardsByOwner().values().stream().mapToInt(Integer::intValue).sum();
        if (owned < view.shards()) {
            return List.of(view.shards() - owned + " shards have no owner yet");
        }
        return List.of();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        wake.release();
        try {
            thread.join(STOP_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
        current.close();
        etcd.close();
    }

    private void run() {
        boolean again = false;
        while (!closed) {
            try {
                boolean woken = again || wake.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
                wake.drainPermits();
                if (closed) {
                    break;
                }
                keepWatching();
                long before = current.get().revision();
                again = readAndKeep();
                if (!woken && current.get().revision() != before) {
                    // The watch should have told us.
                    stopWatching();
                }
                answers();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            } catch (IOException e) {
                again = false;
                away(e);
            } catch (RuntimeException e) {
                again = false;
                log.error("the placement's thread failed, and goes on", e);
                away(e);
            }
        }
        stopWatching();
        keeper.resign();
    }

    /** Whether the record should be read again at once. */
    private boolean readAndKeep() throws IOException {
        var record = EtcdRecord.parse(etcd.read(layout.root(), layout.placementEnd()), layout);
        configVersion = record.configVersion();
        if (!trouble.isEmpty()) {
            graceUntil = System.nanoTime() + GRACE.toNanos();
        }
        publish(withGrace(record.view()));
        return keeper.act(record);
    }

    /**
     * Leases end while etcd is away, and nodes need a moment to register again: until then those
     * that were live before are called as before. One that is dead refuses the connection.
     */
    private PlacementView withGrace(PlacementView next) {
        if (graceUntil - System.nanoTime() <= 0) {
            return next;
        }
        var nodes = new HashMap<>(current.get().nodes());
        nodes.putAll(next.nodes());
        return new PlacementView(
                next.revision(), next.cluster(), next.shards(), nodes, next.places());
    }

    private void publish(PlacementView next) throws EtcdRecord.Refused {
        var before = current.get();
        if (before.known() && next.shards() != before.shards()) {
            throw new EtcdRecord.Refused(
                    next.known()
                            ? "cluster '%s' has %d shards now (expected: %d)"
                                    .formatted(next.cluster(), next.shards(), before.shards())
                            : "the record of cluster '%s' is gone".formatted(next.cluster()));
        }
        boolean same =
                before.shards() == next.shards()
                        && before.nodes().equals(next.nodes())
                        && before.places().equals(next.places());
        if (same) {
            return;
        }
        current.publish(next);
        onMove.accept(next);
        logNodes(before, next);
    }

    private static void logNodes(PlacementView before, PlacementView next) {
        var ids = new HashSet<>(before.nodes().keySet());
        ids.addAll(next.nodes().keySet());
        for (var id : ids) {
            var was = before.nodes().get(id);
            var is = next.nodes().get(id);
            if (is != null && (was == null || !was.process().equals(is.process()))) {
                log.atInfo()
                        .addKeyValue("node", id)
                        .addKeyValue("address", is.address())
                        .log("node is live");
            } else if (is == null) {
                log.atWarn().addKeyValue("node", id).log("node is not live any more");
            }
        }
    }

    private void keepWatching() {
        if (watchEnded) {
            stopWatching();
        }
        if (watch == null) {
            watchEnded = false;
            watch =
                    etcd.watch(
                            layout.root(),
                            layout.placementEnd(),
                            wake::release,
                            () -> {
                                watchEnded = true;
                                wake.release();
                            });
        }
    }

    private void stopWatching() {
        var ended = watch;
        watch = null;
        if (ended != null) {
            ended.close();
        }
    }

    private void answers() {
        if (!trouble.isEmpty()) {
            trouble = "";
            log.info("etcd answers again");
        }
    }

    private void away(Exception e) {
        keeper.lost();
        var text = e.getMessage() == null ? e.toString() : e.getMessage();
        if (trouble.isEmpty()) {
            troubleSince = System.nanoTime();
            log.atWarn()
                    .addKeyValue("etcd", etcd.urls())
                    .log("cannot use etcd, and will try again: {}", text);
        }
        trouble = text;
        stopWatching();
        try {
            etcd.connectAgain();
        } catch (IOException failed) {
            log.warn("the files for TLS to etcd cannot be read: {}", failed.getMessage());
        }
    }
}
