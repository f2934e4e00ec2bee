package dev.atoll.client;

import java.time.Instant;

/**
 * A version of the file that declares namespaces. Immutable.
 *
 * @param version its number; later ones have higher ones
 * @param appliedAt when
 * @param appliedBy which service
 * @param sizeBytes of its text
 * @param sha256 of its text, in lower-case hex
 */
public record ConfigVersionInfo(
        long version, Instant appliedAt, String appliedBy, long sizeBytes, String sha256) {}
