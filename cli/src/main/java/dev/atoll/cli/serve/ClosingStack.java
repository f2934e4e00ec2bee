package dev.atoll.cli.serve;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Parts to be closed in the reverse order of their start, each even if another fails. Thread-safe.
 */
final class ClosingStack implements AutoCloseable {
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /** Adds a part that was just started. */
    synchronized <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    /** Closes what there is after a failed start, whose cause stays the one that is told. */
    void closeAfter(Exception failure) {
        try {
            close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        IOException failure = null;
        while (!parts.isEmpty()) {
            failure = close(parts.pop(), failure);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable IOException close(AutoCloseable part, @Nullable IOException failure) {
        try {
            part.close();
            return failure;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            var told = failure == null ? new IOException("cannot stop cleanly", e) : failure;
            if (failure != null) {
                failure.addSuppressed(e);
            }
            return told;
        }
    }
}
