package dev.atoll.router.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A JWK set in a file, read again when it changes. Thread-safe. */
final class JwksFile implements KeySource {
    private static final Logger log = LoggerFactory.getLogger(JwksFile.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Path file;
    private final ScheduledExecutorService timer;
    private final ScheduledFuture<?> watch;

    // Written on the timer's one thread only, but for the first time.
    private byte[] text;
    private volatile KeySet keys;

    /** Reads the file, so that a wrong one is known at start, and goes on looking at it. */
    JwksFile(Path file, ScheduledExecutorService timer) throws IOException {
        this.file = file;
        this.timer = timer;
        this.text = Files.readAllBytes(file);
        this.keys = KeySet.NONE.next(Jwks.read(text, file.toString()));
        this.watch =
                timer.scheduleWithFixedDelay(
                        this::look,
                        LOOK_AGAIN.toMillis(),
                        LOOK_AGAIN.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public KeySet keys() {
        return keys;
    }

    @Override
    public CompletableFuture<KeySet> refresh() {
        return CompletableFuture.supplyAsync(
                () -> {
                    look();
                    return keys;
                },
                timer);
    }

    @Override
    public void close() {
        watch.cancel(false);
    }

    private void look() {
        try {
            var now = Files.readAllBytes(file);
            if (!Arrays.equals(now, text)) {
                text = now;
                keys = keys.next(Jwks.read(now, file.toString()));
                log.info("read the keys in {} again", file);
            }
        } catch (IOException e) {
            // Half written or gone for a moment: the keys we have stay in force.
            log.debug("cannot read {}: {}", file, e.toString());
        }
    }
}
