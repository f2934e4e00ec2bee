package dev.atoll.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class PeersReportTest {
    private final Map<Series, Rounds> rounds = new EnumMap<>(Series.class);

    @Test
    void comparesMedians() {
        rounds.put(Series.ATOLL_UNARY_INSERTS, turns(9_000, 12_000, 50));
        rounds.put(Series.WORKERD_INSERTS, turns(1_000, 1_500, 900));
        var result = only();
        assertThat(result.oursMedian()).isEqualTo(9_000);
        assertThat(result.yardstickMedian()).isEqualTo(1_000);
        assertThat(result.comparison()).isEqualTo("9.00×");
        assertThat(result.target()).isEqualTo("≥ 7×, p99 ≤ 25 ms");
        assertThat(result.reached()).isTrue();
    }

    @Test
    void aRowThatIsTooSlowAtTheTailIsNotReached() {
        rounds.put(
                Series.ATOLL_UNARY_INSERTS,
                new Rounds(List.of(new Measurement(9_000, 6_000, 26_000))));
        rounds.put(Series.WORKERD_INSERTS, turns(1_000));
        assertThat(only().reached()).isFalse();
    }

    @Test
    void theHopIsADifferenceOfMedians() {
        rounds.put(
                Series.ATOLL_ONE_CALLER, new Rounds(List.of(new Measurement(3_000, 450, 1_000))));
        rounds.put(Series.NODE_ONE_CALLER, new Rounds(List.of(new Measurement(4_000, 240, 1_000))));
        var result = only();
        assertThat(result.comparison()).isEqualTo("+210 µs");
        assertThat(result.target()).isEqualTo("≤ 200 µs more");
        assertThat(result.reached()).isFalse();
    }

    @Test
    void medianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(turns(1, 4, 2, 100).median().perSecond()).isEqualTo(3);
    }

    @Test
    void saysWhatWasSkipped() {
        rounds.put(Series.ATOLL_UNARY_READS, turns(10));
        var report = report();
        assertThat(ReportText.rows(report)).allMatch(row -> "skipped".equals(row.getLast()));
        assertThat(ReportText.notes(report)).contains("SKIPPED workerd: wrk is not on the PATH");
    }

    @Test
    void markdownAndMapHoldEveryTurn() {
        rounds.put(Series.ATOLL_PIPELINE_READS, turns(40_000, 41_000, 42_000));
        rounds.put(
                Series.POSTGRES_READS,
                new Rounds(
                        List.of(
                                new Measurement(
                                        46_022, Measurement.UNKNOWN, Measurement.UNKNOWN))));
        var report = report();
        assertThat(ReportText.markdown(report))
                .contains("| Atoll, reads by Pipeline | 40000 | 41000 | 42000 | 8.0 |")
                .contains("| PostgreSQL, reads | 46022 | - |")
                .contains("| 0.89× | 8.0 | ≥ 1× | NO |")
                .contains("wrk 4");
        assertThat(String.valueOf(report.asMap().get("rows")))
                .contains("oursRounds=[40000.0, 41000.0, 42000.0]", "reached=false");
        assertThat(String.valueOf(report.asMap().get("series")))
                .contains("POSTGRES_READS=[{perSecond=46022.0}]");
    }

    private RowResult only() {
        assertThat(report().results()).hasSize(1);
        return report().results().getFirst();
    }

    private PeersReport report() {
        return new PeersReport(
                PeersPlan.standard(),
                Instant.EPOCH,
                rounds,
                List.of("workerd: wrk is not on the PATH"),
                List.of("wrk 4"));
    }

    private static Rounds turns(double... perSecond) {
        return new Rounds(
                DoubleStream.of(perSecond)
                        .mapToObj(rate -> new Measurement(rate, 4_000, 8_000))
                        .toList());
    }
}
