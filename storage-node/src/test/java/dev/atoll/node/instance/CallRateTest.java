package dev.atoll.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CallRateTest {
    private static final long MILLISECOND = Duration.ofMillis(1).toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** Clocks such as ours begin anywhere, below zero too. */
    private static final long START = -5 * SECOND;

    private final CallRate rate = new CallRate();

    @Test
    void takesOneSecondsCallsAtOnceAndThenOneAtATime() {
        for (int i = 0; i < 10; i++) {
            assertThat(rate.take(10, START)).isZero();
        }
        assertThat(rate.take(10, START)).isEqualTo(100 * MILLISECOND);
        assertThat(rate.take(10, START + 99 * MILLISECOND)).isEqualTo(MILLISECOND);
        assertThat(rate.take(10, START + 100 * MILLISECOND)).isZero();
        assertThat(rate.take(10, START + 100 * MILLISECOND)).isEqualTo(100 * MILLISECOND);
    }

    @Test
    void whatIsRefusedTakesNothing() {
        assertThat(rate.take(1, START)).isZero();
        for (int i = 0; i < 100; i++) {
            assertThat(rate.take(1, START + i)).isEqualTo(SECOND - i);
        }
        assertThat(rate.take(1, START + SECOND)).isZero();
    }

    @Test
    void savesNoMoreThanOneSecondsCalls() {
        assertThat(rate.take(3, START)).isZero();
        long later = START + 1_000 * SECOND;
        for (int i = 0; i < 3; i++) {
            assertThat(rate.take(3, later)).isZero();
        }
        assertThat(rate.take(3, later)).isPositive();
    }

    @Test
    void anotherRateCountsAtOnce() {
        for (int i = 0; i < 100; i++) {
            assertThat(rate.take(100, START)).isZero();
        }
        assertThat(rate.take(1, START)).isEqualTo(SECOND);
        assertThat(rate.take(1_000, START)).isEqualTo(MILLISECOND);
        assertThat(rate.take(1_000, START + MILLISECOND)).isZero();
    }
}
