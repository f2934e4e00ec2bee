package dev.atoll.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.atoll.bench.engine.EnginePlan.Crash;
import dev.atoll.bench.engine.EnginePlan.Effort;
import dev.atoll.bench.engine.EnginePlan.Sizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every row, tiny: whether the figures make sense, and nothing about how good they are. */
@Timeout(180)
class EngineBenchTest {
    private static final Effort SHORT =
            new Effort(2, Optional.of(Duration.ofMillis(100)), Duration.ofMillis(20), 8);
    private static final Sizes TINY = new Sizes(4, 12, 300, 2_000, 200);

    private static final Crash SMALL = new Crash(30, 1 << 20);

    @TempDir private Path data;

    @ParameterizedTest
    @EnumSource(EngineRow.class)
    void measuresBothFigures(EngineRow row) throws IOException, InterruptedException {
        var report = EngineBench.run(plan().withRows(List.of(row)), line -> {});
        var result = report.results().getFirst();
        assertThat(report.results()).hasSize(1);
        assertThat(result.row()).isEqualTo(row);
        assertThat(result.rounds()).hasSize(2);
        assertThat(result.ours()).isPositive().isFinite();
        assertThat(result.yardstick()).isPositive().isFinite();
        assertThat(result.ratio()).isCloseTo(result.ours() / result.yardstick(), within(1e-9));
        assertThat(report.toTable()).contains(row.label(), row.unit());
        var json = json(report).getAsJsonArray("results").get(0).getAsJsonObject();
        assertThat(json.get("name").getAsString()).isEqualTo(row.label());
        assertThat(json.get("unit").getAsString()).isEqualTo(row.unit());
        assertThat(json.get("ratio").getAsDouble())
                .isCloseTo(
                        json.get("ours").getAsDouble() / json.get("yardstick").getAsDouble(),
                        within(1e-9));
        assertThat(json.get("reached").getAsBoolean()).isEqualTo(result.isReached());
        assertThat(json.getAsJsonArray("rounds")).hasSize(2);
    }

    @Test
    void saysHowSoonANodeIsReadyAfterAKillAndAnswers() throws IOException, InterruptedException {
        var report = EngineBench.run(plan().withRows(List.of(EngineRow.RECOVERY)), line -> {});
        var others = report.results().getFirst().others();
        assertThat(others).hasSize(2).allMatch(other -> other.found() > 0);
        assertThat(report.toTable())
                .contains("ready, s: ")
                .contains("first calls, s: ")
                .contains("30 instances, ");
        assertThat(report.toJson()).contains("\"what\": \"ready, s\"");
        try (var left = Files.list(data)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void removesWhatItMade() throws IOException, InterruptedException {
        EngineBench.run(plan().withRows(List.of(EngineRow.WAKE)), line -> {});
        try (var left = Files.list(data)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void measuresInTurn() throws IOException, InterruptedException {
        var said = new ArrayList<String>();
        EngineBench.run(plan().withRows(List.of(EngineRow.WAKE)), said::add);
        assertThat(said)
                .containsExactly("wake: preparing", "wake: round 1 of 2", "wake: round 2 of 2");
    }

    @Test
    void refusesPlansThatMeasureNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan().withRows(List.of()))
                .withMessageContaining("rows");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Effort(0, Optional.empty(), Duration.ZERO, 1))
                .withMessage("rounds: 0 (expected: 1 to 1000)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sizes(10, 9, 1, 1, 1))
                .withMessageContaining("sleeping: 9");
    }

    private EnginePlan plan() {
        return EnginePlan.standard(data).withEffort(SHORT).withSizes(TINY).withCrash(SMALL);
    }

    private static JsonObject json(EngineReport report) {
        return JsonParser.parseString(report.toJson()).getAsJsonObject();
    }
}
