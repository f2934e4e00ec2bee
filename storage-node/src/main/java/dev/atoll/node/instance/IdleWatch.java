package dev.atoll.node.instance;

import dev.atoll.node.sqlite.NativeHeap;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Looks for open instances that nobody calls: first they give memory back, later they go to sleep.
 * One thread at a time, but for closing.
 */
final class IdleWatch implements AutoCloseable {
    /** Trimming the heap holds up whoever asks for memory meanwhile. */
    private static final Duration TRIM_EVERY = Duration.ofSeconds(10);

    /** What fewer give back is not worth it. */
    private static final int TRIM_AFTER_SHRUNK = 32;

    private final OpenInstances open;
    private final LifeCycle lifeCycle;
    private final InstanceLimits.Idle limits;
    private final LongSupplier ticker;
    private int shrunkSinceTrim;
    private long trimmedNanos;
    private volatile boolean closed;

    IdleWatch(
            OpenInstances open,
            LifeCycle lifeCycle,
            InstanceLimits.Idle limits,
            LongSupplier ticker) {
        this.open = open;
        this.lifeCycle = lifeCycle;
        this.limits = limits;
        this.ticker = ticker;
        this.trimmedNanos = ticker.getAsLong() - TRIM_EVERY.toNanos();
    }

    /** Goes through those that are idle by now. Each is left alone if it is called just then. */
    void look() {
        long now = ticker.getAsLong();
        for (var instance : open.usedBefore(now - limits.sleepAfter().toNanos())) {
            if (closed) {
                return;
            }
            trySleep(instance);
        }
        for (var instance : open.largeAndUsedBefore(now - limits.shrinkAfter().toNanos())) {
            if (!closed && instance.lane.tryRunNow(() -> lifeCycle.tryShrink(instance))) {
                shrunkSinceTrim++;
            }
        }
        if (shrunkSinceTrim >= TRIM_AFTER_SHRUNK && now - trimmedNanos >= TRIM_EVERY.toNanos()) {
            NativeHeap.trim();
            shrunkSinceTrim = 0;
            trimmedNanos = now;
        }
    }

    /** Whoever looks ends with the one it is at. */
    @Override
    public void close() {
        closed = true;
    }

    /** In its lane, on this thread, if it has nothing to do. */
    void trySleep(HostedInstance instance) {
        var _ = instance.lane.tryRunNow(() -> lifeCycle.trySleep(instance));
    }
}
