package dev.atoll.node.instance;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that replies leave on once they may, in the order in which they may: it is not the
 * journal's own, for which all commits wait. Thread-safe.
 *
 * <p>A sync lets many replies go at once: they wake the thread once, not once each.
 */
final class OutputGate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutputGate.class);

    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    Thread.ofPlatform().daemon().name("output-gate").factory());

    /** As long as there are calls in flight, at the most, which are limited. */
    private final Queue<Runnable> leaving = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean awake = new AtomicBoolean();

    /** Has its thread at once: later the system may have none left. */
    OutputGate() {
        thread.prestartCoreThread();
    }

    /** Lets a reply go, behind those that were let go before. */
    void leave(Runnable reply) {
        leaving.add(reply);
        if (awake.compareAndSet(false, true)) {
            try {
                thread.execute(this::run);
            } catch (RejectedExecutionException e) {
                // Closed: who brings it is the journal's writer, which must not fail for that.
                run();
            }
        }
    }

    private void run() {
        do {
            for (var reply = leaving.poll(); reply != null; reply = leaving.poll()) {
                run(reply);
            }
            awake.set(false);
            // One that came just before that line has woken nobody.
        } while (!leaving.isEmpty() && awake.compareAndSet(false, true));
    }

    private static void run(Runnable reply) {
        try {
            reply.run();
        } catch (RuntimeException | Error e) {
            // The replies behind it must leave all the same.
            LOG.error("a reply could not be given", e);
        }
    }

    /** Lets those go that are here already; others leave on the thread that brings them. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
