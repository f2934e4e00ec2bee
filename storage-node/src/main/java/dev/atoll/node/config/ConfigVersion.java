package dev.atoll.node.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/**
 * One version, without its text. Immutable.
 *
 * @param number 1 for the first; every later one has a higher one
 * @param appliedAt when
 * @param appliedBy who; one line
 * @param digest of its text
 */
public record ConfigVersion(long number, Instant appliedAt, String appliedBy, Digest digest) {
    public ConfigVersion {
        appliedBy = appliedBy.replaceAll("\\R|\\p{Cntrl}", " ").strip();
        if (number < 1) {
            throw new IllegalArgumentException("version: " + number + " (expected: >= 1)");
        }
    }

    /**
     * What a text can be told by. Immutable.
     *
     * @param sha256 in lower-case hex
     * @param bytes its size in UTF-8
     */
    public record Digest(String sha256, int bytes) {
        public Digest {
            if (!sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException(
                        "sha256: '" + sha256 + "' (expected: 64 hex digits)");
            }
        }

        /** The digest of a text. */
        public static Digest of(String text) {
            return of(text.getBytes(StandardCharsets.UTF_8));
        }

        static Digest of(byte[] text) {
            try {
                var sha256 = MessageDigest.getInstance("SHA-256").digest(text);
                return new Digest(HexFormat.of().formatHex(sha256), text.length);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }
}
