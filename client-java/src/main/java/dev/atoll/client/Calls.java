package dev.atoll.client;

import dev.atoll.client.internal.Api;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a client and how long each may take. Thread-safe.
 *
 * @param api the calls
 * @param deadline of each
 */
record Calls(Api api, Duration deadline) implements AutoCloseable {
    Calls withDeadline(Duration longest) {
        return new Calls(api, checkDeadline(longest));
    }

    /** The same calls for who only waits for them. */
    Calls awaited() {
        return new Calls(api.awaited(), deadline);
    }

    static Duration checkDeadline(Duration deadline) {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline: " + deadline + " (expected: > 0)");
        }
        return deadline;
    }

    /** Waits for a call; one that is interrupted is cancelled, and nobody knows how it ended. */
    static <T extends @Nullable Object> T await(CompletableFuture<T> call) {
        try {
            return call.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AtollException failure) {
                throw failure.here();
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a call failed in an unexpected way", e);
        } catch (InterruptedException e) {
            call.cancel(true);
            Thread.currentThread().interrupt();
            throw AtollException.interrupted(e);
        }
    }

    @Override
    public void close() {
        api.close();
    }
}
