package dev.atoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.bench.BenchPlan.Load;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final long START = 1_000_000_000L;
    private static final Schedule SCHEDULE =
            new Schedule(
                    new Load(1, 4, Duration.ofSeconds(1), Duration.ofSeconds(2), 1_000), START);

    @Test
    void spreadsTheCallsOfAllCallersEvenly() {
        assertThat(SCHEDULE.dueNanos(0, 0)).isEqualTo(START);
        assertThat(SCHEDULE.dueNanos(1, 0)).isEqualTo(START + 1_000_000);
        assertThat(SCHEDULE.dueNanos(3, 0)).isEqualTo(START + 3_000_000);
        assertThat(SCHEDULE.dueNanos(0, 1)).isEqualTo(START + 4_000_000);
    }

    @Test
    void measuresAfterTheWarmUpAndBeforeTheEnd() {
        assertThat(SCHEDULE.measures(START)).isFalse();
        assertThat(SCHEDULE.measures(START + 1_000_000_000L)).isTrue();
        assertThat(SCHEDULE.measures(START + 3_000_000_000L)).isFalse();
        assertThat(SCHEDULE.over(START + 3_000_000_000L)).isTrue();
    }

    @Test
    void countsTheCallsThatWereNotMade() {
        // 3,000 calls in 3 seconds, of 4 callers.
        assertThat(SCHEDULE.leftOver(0, 0)).isEqualTo(750);
        assertThat(SCHEDULE.leftOver(3, 700)).isEqualTo(50);
        assertThat(SCHEDULE.leftOver(0, 750)).isZero();
    }
}
