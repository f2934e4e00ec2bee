package dev.atoll.bench;

import dev.atoll.bench.BenchProgress.Phase;
import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import dev.atoll.client.Instance;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/**
 * One run: makes instances, fills them, calls them, deletes them. One thread at a time; it starts a
 * virtual thread a caller.
 *
 * <p>Where a rate is given, each call is due at a fixed moment, and its latency counts from then,
 * whether or not the caller was still busy with the one before: a system that stalls shows it in
 * every call that was due meanwhile (no coordinated omission). Without a rate, latency counts from
 * the call itself.
 */
public final class Bench {
    private static final Duration PROGRESS_EVERY = Duration.ofMillis(500);

    private final BenchPlan plan;
    private final Consumer<BenchProgress> progress;
    private final List<Instance> instances;
    private final SplittableRandom seeds = new SplittableRandom();

    private Bench(Atoll atoll, BenchPlan plan, Consumer<BenchProgress> progress) {
        this.plan = plan;
        this.progress = progress;
        // Names of this run alone, so that it deletes nothing that it did not make.
        var run = "run-" + HexFormat.of().toHexDigits(seeds.nextLong());
        this.instances = new ArrayList<>(plan.load().instances());
        for (int i = 0; i < plan.load().instances(); i++) {
            instances.add(atoll.instance(plan.namespace(), run + "-" + i));
        }
    }

    /**
     * Runs a plan and waits for its end, which comes soon after its time even if calls hang: they
     * have the client's deadline.
     *
     * @param atoll the system to call; stays open
     * @param progress told about twice a second, in the thread that called
     * @throws AtollException if an instance cannot be made or filled
     * @throws InterruptedException if the thread is interrupted; callers are stopped, instances
     *     deleted
     */
    public static BenchReport run(Atoll atoll, BenchPlan plan, Consumer<BenchProgress> progress)
            throws InterruptedException {
        return new Bench(atoll, plan, progress).run();
    }

    private BenchReport run() throws InterruptedException {
        var startedAt = Instant.now();
        try (var callers =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("bench-caller-", 0).factory())) {
            try {
                forEachInstance(callers, Phase.FILL, i -> fill(instances.get(i)));
                var measured = measure(callers);
                return new BenchReport(
                        plan,
                        startedAt,
                        measured.latencies(plan.load().duration()),
                        measured.failures(),
                        Machine.current());
            } finally {
                boolean interrupted = Thread.interrupted(); // Cleaning up waits, too.
                forEachInstance(callers, Phase.CLEAN_UP, i -> delete(instances.get(i)));
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private void fill(Instance instance) {
        var value = new byte[plan.mix().valueBytes()];
        var random = new SplittableRandom();
        instance.mutate(
                tx -> {
                    tx.execute("CREATE TABLE bench(id INTEGER PRIMARY KEY, value BLOB NOT NULL)");
                    for (int id = 1; id <= plan.mix().rows(); id++) {
                        random.nextBytes(value);
                        tx.execute("INSERT INTO bench(id, value) VALUES (?, ?)", id, value);
                    }
                });
    }

    private static void delete(Instance instance) {
        try {
            instance.delete();
        } catch (AtollException e) {
            // The instance may never have been made; and a report is worth more than a tidy end.
            if (e.reason() != Reason.INSTANCE_NOT_FOUND) {
                System.getLogger(Bench.class.getName())
                        .log(
                                System.Logger.Level.WARNING,
                                "{0} was not deleted: {1}",
                                instance,
                                e.getMessage());
            }
        }
    }

    /** Does something for every instance, as many at once as there are callers. */
    private void forEachInstance(ExecutorService callers, Phase phase, IntConsumer task)
            throws InterruptedException {
        var next = new AtomicInteger();
        var running = new ArrayList<Future<?>>();
        for (int i = 0; i < Math.min(plan.load().callers(), instances.size()); i++) {
            running.add(
                    callers.submit(
                            () -> {
                                for (int index = next.getAndIncrement();
                                        index < instances.size();
                                        index = next.getAndIncrement()) {
                                    task.accept(index);
                                }
                            }));
        }
        waitFor(
                running,
                () -> {
                    int started = Math.min(next.get(), instances.size());
                    progress.accept(
                            new BenchProgress(
                                    phase, started / (double) instances.size(), started, 0));
                });
    }

    private Measured measure(ExecutorService callers) throws InterruptedException {
        var measured = new Measured();
        var schedule = new Schedule(plan.load(), System.nanoTime());
        var running = new ArrayList<Future<?>>();
        for (int i = 0; i < plan.load().callers(); i++) {
            int caller = i;
            var random = seeds.split();
            running.add(callers.submit(() -> call(caller, schedule, random, measured)));
        }
        waitFor(running, () -> progress.accept(measured.progress(schedule)));
        return measured;
    }

    /** The life of one caller. */
    private void call(int caller, Schedule schedule, RandomGenerator random, Measured measured) {
        long number = 0;
        long due = schedule.dueNanos(caller, number);
        while (!schedule.over(due)
                && !schedule.over(System.nanoTime())
                && !Thread.currentThread().isInterrupted()) {
            schedule.waitUntil(due);
            boolean reads = random.nextDouble() < plan.mix().readShare();
            var failure = callOnce(random, reads);
            measured.ended(reads, failure, System.nanoTime() - due, schedule.measures(due));
            number++;
            due = schedule.dueNanos(caller, number);
        }
        measured.neverMade(schedule.leftOver(caller, number));
    }

    /** The reason of the failure; empty if there was none. */
    private String callOnce(RandomGenerator random, boolean reads) {
        var instance = instances.get(random.nextInt(instances.size()));
        int id = 1 + random.nextInt(plan.mix().rows());
        try {
            if (reads) {
                instance.query("SELECT value FROM bench WHERE id = ?", id).only();
            } else {
                var value = new byte[plan.mix().valueBytes()];
                random.nextBytes(value);
                instance.mutate("UPDATE bench SET value = ? WHERE id = ?", value, id);
            }
            return "";
        } catch (AtollException e) {
            return e.reason().name();
        }
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
