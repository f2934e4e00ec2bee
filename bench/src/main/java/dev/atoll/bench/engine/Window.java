package dev.atoll.bench.engine;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * When a figure is measured. Immutable.
 *
 * @param warmUp before it
 * @param duration of it
 */
record Window(Duration warmUp, Duration duration) {
    private static final double NANOS = 1e9;

    /** Waits for it to begin and to end; how fast the counter grew between. */
    double perSecond(LongAdder counter) throws InterruptedException {
        Thread.sleep(warmUp);
        long start = System.nanoTime();
        long before = counter.sum();
        Thread.sleep(duration);
        long counted = counter.sum() - before;
        return counted * NANOS / (System.nanoTime() - start);
    }
}
