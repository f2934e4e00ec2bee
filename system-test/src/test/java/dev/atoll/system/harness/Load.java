package dev.atoll.system.harness;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Makes a call again and again in a thread of its own until it is closed. Thread-safe. */
public final class Load implements AutoCloseable {
    /** A call; what it throws counts as a failure. */
    @FunctionalInterface
    public interface Call {
        void run(long number) throws Exception;
    }

    private static final int FAILURES_KEPT_MAX = 1_000;

    private final AtomicLong succeeded = new AtomicLong();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    /** Starts calling. */
    public Load(String name, Call call) {
        thread =
                Thread.ofPlatform()
                        .name("load-" + name)
                        .start(
                                () -> {
                                    for (long i = 0; !closed; i++) {
                                        run(call, i);
                                    }
                                });
    }

    /** How many calls went well. */
    public long succeeded() {
        return succeeded.get();
    }

    /** What went wrong, oldest first. */
    public List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** Makes no more calls, and waits for the one that runs. */
    public void stop() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }

    private void run(Call call, long number) {
        try {
            call.run(number);
            succeeded.incrementAndGet();
        } catch (Exception | AssertionError e) {
            if (failures.size() < FAILURES_KEPT_MAX) {
                failures.add(e);
            }
        }
    }
}
