package dev.atoll.cli.serve;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps a server in the foreground until the process is told to stop. Thread-safe. */
final class Foreground {
    /** Longer than the parts take; then the process ends all the same. */
    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    private Foreground() {}

    /** Waits for Ctrl-C or SIGTERM, then closes the server while the process waits for that. */
    static void untilStopped(AutoCloseable server) throws Exception {
        var told = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .name("stop")
                                .unstarted(
                                        () -> {
                                            told.countDown();
                                            awaitClosed(closed);
                                        }));
        told.await();
        try {
            server.close();
        } finally {
            closed.countDown();
        }
    }

    private static void awaitClosed(CountDownLatch closed) {
        try {
            if (!closed.await(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                System.err.println(
                        "atoll: not stopped after " + STOP_MAX.toSeconds() + " s: ending");
            }
        } catch (InterruptedException e) {
            // Nobody interrupts a shutdown hook; if somebody does, the process ends at once.
            Thread.currentThread().interrupt();
        }
    }
}
