package dev.atoll.bench.engine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * When a figure is measured. Immutable.
 *
 * @param warmUp before it
 * @param duration of it
 */
record Window(Duration warmUp, Duration duration) {
    private static final double SECOND_NANOS = 1e9;
    private static final double MICRO_NANOS = 1e3;

    /**
     * How fast a counter grew. Immutable.
     *
     * @param perSecond how often a second
     * @param cpuMicros of the whole process, each time
     */
    record Rate(double perSecond, double cpuMicros) {}

    /** Waits for it to begin and to end; how fast the counter grew between. */
    Rate rate(LongAdder counter) throws InterruptedException {
        Thread.sleep(warmUp);
        long start = System.nanoTime();
        long cpu = cpuNanos();
        long before = counter.sum();
        Thread.sleep(duration);
        long counted = counter.sum() - before;
        return new Rate(
                counted * SECOND_NANOS / (System.nanoTime() - start),
                (cpuNanos() - cpu) / MICRO_NANOS / counted);
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}
