package dev.atoll.node.instance;

import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.wire.Failure;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds the instances that hold back the oldest part of the journal. Thread-safe.
 *
 * <p>A fold waits for the disk most of the time, and hundreds are due at once when a segment gets
 * old: on the lanes' own threads they would leave none for calls. So threads beside those take them
 * one by one, each in the lane of its instance; only one that is busy time and again is left to
 * them.
 */
final class Folds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Folds.class);

    /** While one waits for the disk, the other prepares. */
    private static final int THREADS = 2;

    /** An instance that was busy each time is folded by its lane. */
    private static final int TRIES_MAX = 8;

    private static final Duration FOLD_WITHIN = Duration.ofMinutes(5);
    private static final Duration CLOSE_MOST = Duration.ofSeconds(30);

    private final LifeCycle lifeCycle;
    private final Call.Gate gate;
    private final LongSupplier ticker;
    private final ExecutorService threads;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;

    /** Why the newest fold failed; empty if it did not. */
    private volatile String failure = "";

    Folds(LifeCycle lifeCycle, Call.Gate gate, LongSupplier ticker) {
        this.lifeCycle = lifeCycle;
        this.gate = gate;
        this.ticker = ticker;
        this.threads =
                Executors.newFixedThreadPool(
                        THREADS, Thread.ofPlatform().daemon().name("fold-", 0).factory());
    }

    /**
     * Has them folded, where they still need it: what they have from {@code before} on may stay.
     *
     * @param urgent whether they are folded all at once, by the lanes' threads
     */
    void fold(Collection<HostedInstance> instances, long before, boolean urgent) {
        if (urgent) {
            instances.forEach(this::foldByItsLane);
        } else if (waiting.compareAndSet(0, instances.size())) {
            // Else the round before is still under way, and most of them are in it.
            instances.forEach(instance -> enqueue(instance, before, 1));
        }
    }

    private void enqueue(HostedInstance instance, long before, int tries) {
        try {
            threads.execute(() -> foldBeside(instance, before, tries));
        } catch (RejectedExecutionException e) {
            // Closed: what is open is folded when it goes to sleep.
            waiting.decrementAndGet();
        }
    }

    private void foldBeside(HostedInstance instance, long before, int tries) {
        if (!tryFold(instance, before)) {
            if (tries < TRIES_MAX) {
                // Behind the others.
                enqueue(instance, before, tries + 1);
                return;
            }
            foldByItsLane(instance);
        }
        waiting.decrementAndGet();
    }

    /** Whether nothing is left to be done: not if the lane is busy. */
    private boolean tryFold(HostedInstance instance, long before) {
        if (closed || instance.unfoldedAfter >= before) {
            return true;
        }
        try {
            boolean done = instance.lane.tryRunNow(() -> lifeCycle.fold(instance));
            if (done) {
                failure = "";
            }
            return done;
        } catch (RuntimeException e) {
            failed(instance, e);
            return true;
        }
    }

    /** Tried again in the next round. Each problem is told once: a full disk has all of them. */
    private void failed(HostedInstance instance, RuntimeException e) {
        var problem = e instanceof Failure known ? known.reason().name() : e.toString();
        if (!problem.equals(failure)) {
            failure = problem;
            LOG.atError()
                    .addKeyValue("instance", instance.key)
                    .setCause(e)
                    .log("could not be folded; tried again until it can");
        }
    }

    private void foldByItsLane(HostedInstance instance) {
        long deadline = ticker.getAsLong() + FOLD_WITHIN.toNanos();
        var call =
                new Call<Boolean>(
                        new CallBudget(deadline, ticker),
                        deadline,
                        ticker.getAsLong(),
                        gate,
                        running -> {
                            lifeCycle.fold(instance);
                            return true;
                        });
        // A full queue: the lane folds by itself before it writes much more.
        var _ = instance.lane.offer(call);
    }

    /** Waits for the folds that run; the others are left. */
    @Override
    public void close() {
        closed = true;
        // Not interrupted: that would close the files under them.
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_MOST.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("a fold goes on beyond the end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
