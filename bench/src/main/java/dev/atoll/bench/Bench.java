package dev.atoll.bench;

import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * One run: calls instances that are there, and measures. One thread at a time; it starts a virtual
 * thread a caller.
 *
 * <p>Where a rate is given, each call is due at a fixed moment, and its latency counts from then,
 * whether or not the caller was still busy with the one before: a system that stalls shows it in
 * every call that was due meanwhile (no coordinated omission). Without a rate, latency counts from
 * the call itself.
 */
public final class Bench {
    private final BenchInstances instances;
    private final Route route;
    private final BenchPlan plan;

    private Bench(BenchInstances instances, Route route, BenchPlan plan) {
        this.instances = instances;
        this.route = route;
        this.plan = plan;
    }

    /**
     * Makes the instances of a plan, runs it and deletes them. Comes back soon after the plan's
     * time even if calls hang: they have a deadline.
     *
     * @param atoll the system to call; stays open
     * @param route how its callers call it
     * @param progress told about twice a second, in the thread that called
     * @throws AtollException if an instance cannot be made or filled
     * @throws InterruptedException if the thread is interrupted; callers are stopped, instances
     *     deleted
     */
    public static BenchReport run(
            Atoll atoll, Route route, BenchPlan plan, Consumer<BenchProgress> progress)
            throws InterruptedException {
        try (var instances = BenchInstances.make(atoll, plan, progress)) {
            return measure(instances, route, plan, progress);
        }
    }

    /** Runs a plan on instances that were made before, for that plan or for one of as many rows. */
    public static BenchReport measure(
            BenchInstances instances, Route route, BenchPlan plan, Consumer<BenchProgress> progress)
            throws InterruptedException {
        var startedAt = Instant.now();
        var measured = new Bench(instances, route, plan).measure(progress);
        return new BenchReport(
                plan,
                startedAt,
                measured.latencies(plan.load().duration()),
                measured.failures(),
                Machine.current());
    }

    private Measured measure(Consumer<BenchProgress> progress) throws InterruptedException {
        var measured = new Measured();
        var schedule = new Schedule(plan.load(), System.nanoTime());
        var seeds = new SplittableRandom();
        List<SplittableRandom> randoms =
                Stream.generate(seeds::split).limit(plan.load().callers()).toList();
        Tasks.forEach(
                plan.load().callers(),
                caller -> call(caller, schedule, randoms.get(caller), measured),
                () -> progress.accept(measured.progress(schedule)));
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
        var keys = instances.keys();
        var instance = keys.get(random.nextInt(keys.size()));
        int id = 1 + random.nextInt(plan.mix().rows());
        if (reads) {
            return route.read(instance, id);
        }
        var value = new byte[plan.mix().valueBytes()];
        random.nextBytes(value);
        return plan.mix().inserts()
                ? route.insert(instance, value)
                : route.update(instance, id, value);
    }
}
