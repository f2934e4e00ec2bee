package dev.atoll.node.rules;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that expressions are compiled on. Thread-safe.
 *
 * <p>They have a large stack: the parser is recursive, and an overflow inside it breaks one of the
 * library's classes for the rest of the process. They end by themselves when nothing is to be done.
 */
final class CompileThreads {
    private static final int THREADS = 2;
    private static final long STACK_BYTES = 8L << 20;

    /** A compilation takes less than a millisecond: more than this is a flood. */
    private static final int WAITING_MAX = 1_000;

    private static final long IDLE_SECONDS = 30;

    private static final ThreadPoolExecutor EXECUTOR = executor();

    private CompileThreads() {}

    private static ThreadPoolExecutor executor() {
        var numbers = new AtomicInteger();
        var executor =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(WAITING_MAX),
                        task -> {
                            var name = "rules-" + numbers.getAndIncrement();
                            var thread = new Thread(null, task, name, STACK_BYTES);
                            thread.setDaemon(true);
                            return thread;
                        });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** Waits for the task's result; throws OVERLOADED if too many wait. */
    static <T> T run(Callable<T> task) {
        try {
            return EXECUTOR.submit(task).get();
        } catch (RejectedExecutionException e) {
            throw Failure.of(Reason.OVERLOADED, "too many filters are being compiled", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(Reason.OVERLOADED, "interrupted while a filter was compiled", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the compiler failed", e.getCause());
        }
    }
}
