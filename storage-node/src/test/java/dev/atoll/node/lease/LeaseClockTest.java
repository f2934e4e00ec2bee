package dev.atoll.node.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How long a node may believe in its lease. */
class LeaseClockTest {
    private static final Duration TTL = Duration.ofSeconds(5);

    private Duration monotonic = Duration.ofHours(3);
    private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
    private final LeaseClock clock = new LeaseClock(TTL, () -> monotonic.toNanos(), () -> wall);

    @Test
    void isNotGoodBeforeTheFirstRenewal() {
        assertThat(clock.isGood()).isFalse();
    }

    @Test
    void isGoodFromTheSendForTheTtlLessItsMargin() {
        long sent = monotonic.toNanos();
        pass(Duration.ofMillis(300));
        clock.renewed(sent);

        assertThat(clock.left()).isEqualTo(Duration.ofMillis(3700));
        pass(Duration.ofMillis(3699));
        assertThat(clock.isGood()).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(clock.isGood()).isFalse();
    }

    @Test
    void isLostWhenTheClocksDrawApart() {
        clock.renewed(monotonic.toNanos());
        wall = wall.plusMillis(1001);
        assertThat(clock.isGood()).isFalse();
        wall = wall.minusMillis(2002);
        assertThat(clock.isGood()).isFalse();
    }

    private void pass(Duration time) {
        monotonic = monotonic.plus(time);
        wall = wall.plus(time);
    }
}
