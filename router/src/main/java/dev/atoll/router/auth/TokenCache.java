package dev.atoll.router.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Verified tokens, by the hash of their text, in two generations: when the younger one is full, the
 * older one is forgotten, so that tokens in use stay and memory is bounded. Thread-safe.
 */
final class TokenCache {
    private final int generationMax;
    private volatile ConcurrentHashMap<Hash, TokenVerifier.Verified> young =
            new ConcurrentHashMap<>();
    private volatile ConcurrentHashMap<Hash, TokenVerifier.Verified> old =
            new ConcurrentHashMap<>();

    TokenCache(int tokensMax) {
        this.generationMax = Math.max(1, tokensMax / 2);
    }

    Optional<Principal> find(Hash hash, Instant now) {
        var verified = young.get(hash);
        if (verified == null) {
            verified = old.get(hash);
            if (verified != null) {
                put(hash, verified);
            }
        }
        if (verified == null) {
            return Optional.empty();
        }
        if (!verified.holds(now)) {
            young.remove(hash);
            old.remove(hash);
            return Optional.empty();
        }
        return Optional.of(verified.principal());
    }

    void put(Hash hash, TokenVerifier.Verified verified) {
        if (young.size() >= generationMax) {
            rotate();
        }
        young.put(hash, verified);
    }

    int size() {
        return young.size() + old.size();
    }

    private synchronized void rotate() {
        if (young.size() >= generationMax) {
            old = young;
            young = new ConcurrentHashMap<>();
        }
    }

    /** SHA-256 of a token: the token itself is not kept. */
    record Hash(long a, long b, long c, long d) {
        static Hash of(String token) {
            try {
                var digest =
                        ByteBuffer.wrap(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(token.getBytes(StandardCharsets.UTF_8)));
                return new Hash(
                        digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }
}
