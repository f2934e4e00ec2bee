package dev.atoll.router.placement;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The newest view, and who waits for a newer one. How many wait is bounded by the calls in flight.
 * Thread-safe.
 */
final class CurrentView implements AutoCloseable {
    // Discards what comes after its end: close() runs whoever still waits.
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(
                    1,
                    Thread.ofPlatform().daemon().name("placement-timer-", 0).factory(),
                    new ThreadPoolExecutor.DiscardPolicy());
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    // Replaced whole by one writer; never modified.
    private volatile PlacementView view;
    private volatile boolean closed;

    CurrentView(PlacementView first) {
        this.view = first;
        timer.setRemoveOnCancelPolicy(true);
    }

    PlacementView get() {
        return view;
    }

    void publish(PlacementView next) {
        view = next;
        waiting.forEach(each -> each.runIfNewer(next));
    }

    void afterMove(long revision, Duration timeout, Runnable then) {
        var wait = new Waiting(revision, then);
        waiting.add(wait);
        wait.timeout =
                timer.schedule(wait::run, Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS);
        // Looked at again after it was added: a view or a close in between would be missed.
        wait.runIfNewer(view);
        if (closed) {
            wait.run();
        }
    }

    @Override
    public void close() {
        closed = true;
        waiting.forEach(Waiting::run);
        timer.shutdownNow();
    }

    private final class Waiting {
        private final long revision;
        private final Runnable then;
        private final AtomicBoolean ran = new AtomicBoolean();
        private volatile @Nullable Future<?> timeout;

        Waiting(long revision, Runnable then) {
            this.revision = revision;
            this.then = then;
        }

        void runIfNewer(PlacementView newest) {
            if (newest.revision() != revision) {
                run();
            }
        }

        void run() {
            if (ran.compareAndSet(false, true)) {
                waiting.remove(this);
                var scheduled = timeout;
                if (scheduled != null) {
                    scheduled.cancel(false);
                }
                Thread.startVirtualThread(then);
            }
        }
    }
}
