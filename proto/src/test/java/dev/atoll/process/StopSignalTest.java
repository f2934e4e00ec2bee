package dev.atoll.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StopSignalTest {
    private final StopSignal signal = new StopSignal();

    @Test
    void isNotGivenByWaitingForIt() {
        assertThat(signal.isGivenWithin(Duration.ofMillis(1))).isFalse();
        assertThat(signal.isGiven()).isFalse();
    }

    @Test
    void endsTheWaitOfWhoeverWaits() {
        Thread.startVirtualThread(signal::give);
        assertThat(signal.isGivenWithin(Duration.ofMinutes(1))).isTrue();
        assertThat(signal.isGiven()).isTrue();
    }

    @Test
    void mayBeGivenAgain() {
        signal.give();
        signal.give();
        assertThat(signal.isGivenWithin(Duration.ZERO)).isTrue();
    }
}
