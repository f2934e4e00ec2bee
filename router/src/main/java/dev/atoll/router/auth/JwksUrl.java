package dev.atoll.router.auth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JWK set behind a URL: fetched at start, every few minutes, and when a token names a key that is
 * not in it, which happens at most once in a while, whoever asks. Keys that cannot be fetched again
 * stay in force. Thread-safe; nobody waits for the network but who asked for the future.
 */
final class JwksUrl implements KeySource {
    private static final Logger log = LoggerFactory.getLogger(JwksUrl.class);
    private static final Duration FETCH_AGAIN = Duration.ofMinutes(5);
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(3);
    private static final Duration FETCH_WITHIN = Duration.ofSeconds(5);

    private final URI url;
    private final Duration pause;
    private final HttpClient client;
    private final ScheduledFuture<?> schedule;
    private final AtomicReference<Fetch> last = new AtomicReference<>();

    // Both replaced together, by one fetch at a time.
    private volatile byte[] text = new byte[0];
    private volatile KeySet keys = KeySet.NONE;

    /**
     * Begins to fetch.
     *
     * @param pause between two fetches that unknown keys ask for
     */
    JwksUrl(URI url, Duration pause, ScheduledExecutorService timer) {
        this.url = url;
        this.pause = pause;
        this.client =
                HttpClient.newBuilder()
                        .connectTimeout(CONNECT_WITHIN)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
        this.schedule =
                timer.scheduleWithFixedDelay(
                        () -> {
                            var _ = refresh();
                        },
                        0,
                        FETCH_AGAIN.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public KeySet keys() {
        return keys;
    }

    @Override
    public CompletableFuture<KeySet> refresh() {
        while (true) {
            var before = last.get();
            if (before != null && !before.isOlderThan(pause)) {
                return before.done;
            }
            var next = new Fetch();
            if (last.compareAndSet(before, next)) {
                fetch(next.done);
                return next.done;
            }
        }
    }

    @Override
    public void close() {
        schedule.cancel(false);
        client.shutdownNow();
    }

    private void fetch(CompletableFuture<KeySet> done) {
        var request = HttpRequest.newBuilder(url).timeout(FETCH_WITHIN).GET().build();
        var _ =
                client.sendAsync(
                                request,
                                _ ->
                                        BodySubscribers.limiting(
                                                BodySubscribers.ofByteArray(), Jwks.BYTES_MAX))
                        .thenAccept(this::take)
                        .whenComplete(
                                (_, error) -> {
                                    if (error != null) {
                                        log.warn(
                                                "cannot fetch the keys at {}: {}",
                                                url,
                                                error.toString());
                                    }
                                    done.complete(keys);
                                });
    }

    private void take(HttpResponse<byte[]> response) {
        try {
            if (response.statusCode() != 200) {
                throw new IOException("status " + response.statusCode() + " (expected: 200)");
            }
            if (!Arrays.equals(response.body(), text)) {
                var read = Jwks.read(response.body(), url.toString());
                text = response.body();
                keys = keys.next(read);
                log.info("read {} keys at {}", read.size(), url);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One request, and when it was begun. */
    private static final class Fetch {
        private final long begunAt = System.nanoTime();
        private final CompletableFuture<KeySet> done = new CompletableFuture<>();

        boolean isOlderThan(Duration age) {
            return done.isDone() && System.nanoTime() - begunAt > age.toNanos();
        }
    }
}
