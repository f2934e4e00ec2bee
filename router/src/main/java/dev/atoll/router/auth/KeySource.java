package dev.atoll.router.auth;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Where an issuer's keys come from. Thread-safe. */
sealed interface KeySource extends AutoCloseable permits JwksFile, JwksUrl, SharedSecret {
    /** The keys as last read; never waits. */
    KeySet keys();

    /**
     * Looks for newer keys, unless it has just done so, and ends with the newest there are; never
     * ends with an error.
     */
    CompletableFuture<KeySet> refresh();

    @Override
    void close();

    /**
     * The keys of an issuer at one time. Immutable.
     *
     * @param version grows with each change: a token that was verified with an older version has to
     *     be verified again. 0 where no keys could be read yet
     */
    record KeySet(long version, List<VerifyingKey> keys) {
        /** Before the first keys. */
        static final KeySet NONE = new KeySet(0, List.of());

        public KeySet {
            keys = List.copyOf(keys);
        }

        KeySet next(List<VerifyingKey> newer) {
            return new KeySet(version + 1, newer);
        }
    }
}
