package dev.atoll.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/** Runs the callers of a run, a virtual thread each. Immutable. */
final class Tasks {
    private static final Duration PROGRESS_EVERY = Duration.ofMillis(500);

    private Tasks() {}

    /**
     * Runs a task for each number below the count, all at once, and waits for them.
     *
     * @param tick called about twice a second, and at the end
     * @throws RuntimeException the first that a task threw; the others are interrupted
     */
    static void forEach(int count, IntConsumer task, Runnable tick) throws InterruptedException {
        try (var threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("bench-caller-", 0).factory())) {
            waitFor(submit(threads, count, task), tick);
        }
    }

    private static List<Future<?>> submit(ExecutorService threads, int count, IntConsumer task) {
        var running = new ArrayList<Future<?>>();
        for (int i = 0; i < count; i++) {
            int number = i;
            running.add(threads.submit(() -> task.accept(number)));
        }
        return running;
    }

    private static void waitFor(List<Future<?>> tasks, Runnable tick) throws InterruptedException {
        try {
            for (var task : tasks) {
                while (!task.isDone()) {
                    try {
                        task.get(PROGRESS_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                    } catch (TimeoutException e) {
                        tick.run();
                    }
                }
                task.get();
            }
            tick.run();
        } catch (ExecutionException e) {
            tasks.forEach(task -> task.cancel(true));
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a caller failed in an unexpected way", e);
        } catch (InterruptedException | CancellationException e) {
            tasks.forEach(task -> task.cancel(true));
            throw e;
        }
    }
}
