package dev.atoll.bench.engine;

import dev.atoll.bench.engine.Window.Rate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Callers that each call again as soon as they have their reply, in the thread that brings it.
 * Thread-safe.
 */
final class ClosedLoop {
    private final LongFunction<CompletableFuture<?>> call;
    private final LongPredicate goesOn;
    private final AtomicLong called = new AtomicLong();
    private final LongAdder replies = new LongAdder();
    private final Phaser callers = new Phaser(1);
    private volatile boolean over;
    private volatile @Nullable Throwable failure;

    private ClosedLoop(LongFunction<CompletableFuture<?>> call, LongPredicate goesOn) {
        this.call = call;
        this.goesOn = goesOn;
    }

    /**
     * How fast replies come.
     *
     * @param call is told its number, from 0
     */
    static Rate rate(Window window, int callers, LongFunction<CompletableFuture<?>> call)
            throws InterruptedException {
        var loop = new ClosedLoop(call, number -> true);
        loop.start(callers);
        Rate found;
        try {
            found = window.rate(loop.replies);
        } finally {
            loop.over = true;
            loop.awaitCallers();
        }
        return found;
    }

    /** Makes the calls from 0 up to that number, and waits for all replies. */
    static void times(long count, int callers, LongFunction<CompletableFuture<?>> call) {
        var loop = new ClosedLoop(call, number -> number < count);
        loop.start(callers);
        loop.awaitCallers();
    }

    private void start(int count) {
        for (int i = 0; i < count; i++) {
            callers.register();
            next();
        }
    }

    private void awaitCallers() {
        callers.arriveAndAwaitAdvance();
        var failed = failure;
        if (failed != null) {
            throw new IllegalStateException("a call failed: " + failed.getMessage(), failed);
        }
    }

    private void next() {
        try {
            long number = called.getAndIncrement();
            while (!over && goesOn.test(number)) {
                var reply = call.apply(number);
                if (!reply.isDone()) {
                    var _ = reply.whenComplete((value, error) -> replied(error));
                    return;
                }
                reply.join();
                replies.increment();
                number = called.getAndIncrement();
            }
            callers.arriveAndDeregister();
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void replied(@Nullable Throwable error) {
        if (error == null) {
            replies.increment();
            next();
        } else {
            fail(error);
        }
    }

    private void fail(Throwable error) {
        failure = error;
        over = true;
        callers.arriveAndDeregister();
    }
}
