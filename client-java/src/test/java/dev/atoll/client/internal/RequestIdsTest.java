package dev.atoll.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RequestIdsTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2022-02-22T19:22:22Z"));

    @Test
    void carriesTheTimeAndTheVersion() {
        var id = new RequestIds(CLOCK, new Random(1)).next();
        // The moment of the example in RFC 9562, appendix A.6.
        assertThat(id.toString()).startsWith("017f22e2-79b0-7");
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
    }

    @Test
    void isNeverTheSame() {
        var ids = new RequestIds(CLOCK, new Random(2));
        assertThat(java.util.stream.Stream.generate(ids::next).limit(10_000))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.equals(UUID.fromString(id.toString())));
    }

    @Test
    void backsOffLongerEachTimeUpToALimit() {
        var backoff = new Backoff(10, Duration.ofMillis(50), Duration.ofSeconds(2));
        var random = new Random(3);
        for (int attempts = 1; attempts <= 100; attempts++) {
            long whole = Math.min(2_000, 50L << Math.min(attempts - 1, 10));
            assertThat(backoff.delayNanos(attempts, Duration.ZERO, random) / 1_000_000)
                    .isBetween(whole / 2, whole);
        }
    }

    @Test
    void waitsAtLeastAsLongAsAsked() {
        var backoff = new Backoff(10, Duration.ofMillis(50), Duration.ofSeconds(2));
        assertThat(backoff.delayNanos(1, Duration.ofSeconds(3), new Random(4)))
                .isBetween(3_000_000_000L, 3_013_000_000L);
    }
}
