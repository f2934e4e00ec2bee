package dev.atoll.router.auth;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Turns the value of an {@code authorization} header into a principal. A token that was verified
 * before is found in memory; another is verified on a thread of its own, once, however many calls
 * bring it at the same time. Thread-safe; never blocks its caller.
 */
public final class Authenticator implements AutoCloseable {
    private static final String SCHEME = "bearer ";

    /** Longer ones would make hashing and parsing expensive; none of ours comes near. */
    private static final int TOKEN_LENGTH_MAX = 8 * 1024;

    /** About 1 KiB each, mostly its scopes. */
    private static final int CACHED_TOKENS_MAX = 20_000;

    private final TrustedIssuers issuers;
    private final TokenVerifier verifier;
    private final InstantSource clock;
    private final TokenCache cache = new TokenCache(CACHED_TOKENS_MAX);
    private final ConcurrentHashMap<TokenCache.Hash, CompletableFuture<Principal>> underWay =
            new ConcurrentHashMap<>();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("auth-", 0).factory());
    private final Counter hits;
    private final Counter misses;

    /** Reads the issuers' keys; those behind URLs come later. */
    public Authenticator(IssuersFile file, InstantSource clock, MeterRegistry registry)
            throws IOException {
        this.issuers = TrustedIssuers.open(file);
        this.verifier = new TokenVerifier(issuers.all(), clock);
        this.clock = clock;
        this.hits = lookUps(registry, "hit");
        this.misses = lookUps(registry, "miss");
        Gauge.builder("atoll.router.token.cache.size", cache, TokenCache::size)
                .description("Verified tokens in memory")
                .register(registry);
    }

    /**
     * Ends with the principal, or with a {@link Failure}.
     *
     * @param headers all values of the header, in order
     */
    public CompletableFuture<Principal> authenticate(List<String> headers) {
        String token;
        try {
            token = token(headers);
        } catch (Failure failure) {
            return CompletableFuture.failedFuture(failure);
        }
        var hash = TokenCache.Hash.of(token);
        var known = cache.find(hash, clock.instant());
        if (known.isPresent()) {
            hits.increment();
            return CompletableFuture.completedFuture(known.get());
        }
        misses.increment();
        var mine = new CompletableFuture<Principal>();
        var others = underWay.putIfAbsent(hash, mine);
        if (others != null) {
            return others;
        }
        threads.execute(() -> verify(token, hash, mine));
        return mine;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        issuers.close();
    }

    private void verify(String token, TokenCache.Hash hash, CompletableFuture<Principal> done) {
        var _ =
                CompletableFuture.completedFuture(token)
                        .thenCompose(verifier::verify)
                        .whenComplete(
                                (verified, error) -> {
                                    underWay.remove(hash);
                                    if (error == null) {
                                        cache.put(hash, verified);
                                        done.complete(verified.principal());
                                    } else {
                                        done.completeExceptionally(failureOf(error));
                                    }
                                });
    }

    private static Throwable failureOf(Throwable error) {
        @Nullable Throwable cause = error.getCause();
        return error instanceof Failure || cause == null ? error : cause;
    }

    private static String token(List<String> headers) {
        if (headers.isEmpty()) {
            throw Failure.tokenMissing();
        }
        if (headers.size() > 1) {
            throw Failure.of(
                    Reason.TOKEN_INVALID,
                    "authorization: " + headers.size() + " values (expected: 1)");
        }
        var value = headers.getFirst().strip();
        if (value.equalsIgnoreCase(SCHEME.strip())) {
            throw Failure.of(
                    Reason.TOKEN_INVALID, "authorization: no token (expected: a JWT after Bearer)");
        }
        if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw Failure.of(
                    Reason.TOKEN_INVALID, "authorization: another scheme (expected: Bearer)");
        }
        var token = value.substring(SCHEME.length()).strip();
        if (token.length() > TOKEN_LENGTH_MAX) {
            throw Failure.of(
                    Reason.TOKEN_INVALID,
                    "token: "
                            + token.length()
                            + " characters (expected: at most "
                            + TOKEN_LENGTH_MAX
                            + ")");
        }
        return token;
    }

    private static Counter lookUps(MeterRegistry registry, String result) {
        return Counter.builder("atoll.router.token.cache.lookups")
                .description("Tokens looked up among the verified ones, by result")
                .tag("result", result)
                .register(registry);
    }
}
