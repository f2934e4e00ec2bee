package dev.atoll.node.instance;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Refuses writes while too little of the disk is left. Thread-safe. */
final class DiskSpace {
    /** The answer is this old at most; asking for each write would cost as much as the write. */
    private static final Duration ASK_EVERY = Duration.ofMillis(500);

    private final FileStore store;
    private final long reserveBytes;
    private final LongSupplier ticker;

    // Two threads may ask at once; both then write the same answer.
    private volatile long askedNanos;
    private volatile long leftBytes;

    DiskSpace(Path folder, long reserveBytes, LongSupplier ticker) throws IOException {
        this.store = Files.getFileStore(folder);
        this.reserveBytes = reserveBytes;
        this.ticker = ticker;
        this.askedNanos = ticker.getAsLong();
        this.leftBytes = store.getUsableSpace();
    }

    /** Throws NODE_FULL if a write would eat into the reserve. */
    void checkWritable() {
        long left = leftBytes();
        if (left < reserveBytes) {
            throw Failure.of(
                            Reason.NODE_FULL,
                            "disk: "
                                    + left
                                    + " bytes left (expected: at least "
                                    + reserveBytes
                                    + "); reading and deleting instances go on")
                    .retryAfter(Duration.ofSeconds(5));
        }
    }

    long leftBytes() {
        long now = ticker.getAsLong();
        if (now - askedNanos > ASK_EVERY.toNanos()) {
            try {
                leftBytes = store.getUsableSpace();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            askedNanos = now;
        }
        return leftBytes;
    }
}
