package dev.atoll.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.atoll.bench.engine.RowResult.Round;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowResultTest {
    @Test
    void takesTheMedianOfEachFigure() {
        var result =
                result(EngineRow.INSERT_ONE, new Round(1, 9), new Round(5, 70), new Round(3, 8));
        assertThat(result.yardstick()).isEqualTo(3);
        assertThat(result.ours()).isEqualTo(9);
        assertThat(result.ratio()).isCloseTo(3, within(1e-9));
        assertThat(result.isReached()).isFalse();
    }

    @Test
    void takesTheMiddleOfTwo() {
        var result = result(EngineRow.INSERT_ONE, new Round(1, 10), new Round(3, 20));
        assertThat(result.yardstick()).isEqualTo(2);
        assertThat(result.ours()).isEqualTo(15);
        assertThat(result.isReached()).isTrue();
    }

    @Test
    void knowsWhichSideOfTheTargetIsGood() {
        assertThat(result(EngineRow.WAKE, new Round(10, 20)).isReached()).isTrue();
        assertThat(result(EngineRow.WAKE, new Round(10, 21)).isReached()).isFalse();
        assertThat(result(EngineRow.INSERT_REQUEST_ID, new Round(10, 8)).isReached()).isTrue();
        assertThat(result(EngineRow.INSERT_REQUEST_ID, new Round(10, 7)).isReached()).isFalse();
    }

    @Test
    void comparesMemoryWithABoundOfItsOwn() {
        assertThat(result(EngineRow.OPEN_MEMORY, new Round(10, 130)).isReached()).isTrue();
        assertThat(result(EngineRow.OPEN_MEMORY, new Round(500, 131)).isReached()).isFalse();
    }

    @Test
    void isReachedOnlyWithAllThatHasToBeSo() {
        var round = List.of(new Round(1, 60));
        var good = new RowResult.Other("ready, s", 3, 3);
        var bad = new RowResult.Other("ready, s", 3.1, 3);
        assertThat(new RowResult(EngineRow.RECOVERY, round, "", List.of(good)).isReached())
                .isTrue();
        assertThat(new RowResult(EngineRow.RECOVERY, round, "", List.of(good, bad)).isReached())
                .isFalse();
        assertThat(bad).hasToString("ready, s: 3.10 (<= 3)");
    }

    private static RowResult result(EngineRow row, Round... rounds) {
        return new RowResult(row, List.of(rounds), "", List.of());
    }
}
