package dev.atoll.bench;

import dev.atoll.bench.BenchProgress.Phase;
import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The instances that are called: made and filled at first, deleted at the end. One thread at a
 * time.
 */
public final class BenchInstances implements AutoCloseable {
    private final Atoll atoll;
    private final BenchPlan plan;
    private final Consumer<BenchProgress> progress;
    private final List<InstanceKey> keys;

    private BenchInstances(Atoll atoll, BenchPlan plan, Consumer<BenchProgress> progress) {
        this.atoll = atoll;
        this.plan = plan;
        this.progress = progress;
        // Names of this run alone, so that it deletes nothing that it did not make.
        var run = "run-" + HexFormat.of().toHexDigits(new SplittableRandom().nextLong());
        var names = new ArrayList<InstanceKey>(plan.load().instances());
        for (int i = 0; i < plan.load().instances(); i++) {
            names.add(atoll.instance(plan.namespace(), run + "-" + i).key());
        }
        this.keys = List.copyOf(names);
    }

    /**
     * Makes them.
     *
     * @param atoll the system that has them; stays open
     * @param progress told about twice a second, in the thread that called, also at the end
     * @throws AtollException if an instance cannot be made or filled; none is left
     */
    public static BenchInstances make(Atoll atoll, BenchPlan plan, Consumer<BenchProgress> progress)
            throws InterruptedException {
        var instances = new BenchInstances(atoll, plan, progress);
        try {
            instances.forEach(Phase.FILL, instances::fill);
            return instances;
        } catch (RuntimeException | InterruptedException e) {
            instances.close();
            throw e;
        }
    }

    List<InstanceKey> keys() {
        return keys;
    }

    /** Deletes them, also where the thread is interrupted. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted(); // Cleaning up waits, too.
        try {
            forEach(Phase.CLEAN_UP, this::delete);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void fill(InstanceKey key) {
        var value = new byte[plan.mix().valueBytes()];
        var random = new SplittableRandom();
        atoll.instance(key.namespace(), key.id())
                .mutate(
                        tx -> {
                            tx.execute(BenchSql.CREATE);
                            for (int id = 1; id <= plan.mix().rows(); id++) {
                                random.nextBytes(value);
                                tx.execute(BenchSql.INSERT, (Object) value.clone());
                            }
                        });
    }

    private void delete(InstanceKey key) {
        try {
            atoll.instance(key.namespace(), key.id()).delete();
        } catch (AtollException e) {
            // The instance may never have been made; and a report is worth more than a tidy end.
            if (e.reason() != Reason.INSTANCE_NOT_FOUND) {
                System.getLogger(BenchInstances.class.getName())
                        .log(
                                System.Logger.Level.WARNING,
                                "{0} was not deleted: {1}",
                                key,
                                e.getMessage());
            }
        }
    }

    /** Does something for every instance, as many at once as there are callers. */
    private void forEach(Phase phase, Consumer<InstanceKey> task) throws InterruptedException {
        var next = new AtomicInteger();
        Tasks.forEach(
                Math.min(plan.load().callers(), keys.size()),
                _ -> {
                    for (int index = next.getAndIncrement();
                            index < keys.size();
                            index = next.getAndIncrement()) {
                        task.accept(keys.get(index));
                    }
                },
                () -> {
                    int started = Math.min(next.get(), keys.size());
                    progress.accept(
                            new BenchProgress(phase, started / (double) keys.size(), started, 0));
                });
    }
}
