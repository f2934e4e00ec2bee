package dev.atoll.bench.peers;

import dev.atoll.bench.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes a report for people. Immutable. */
public final class ReportText {
    /** What the columns of {@link #rows} are called. */
    public static final List<String> COLUMNS =
            List.of(
                    "row",
                    "ours",
                    "yardstick",
                    "unit",
                    "beside",
                    "ratio",
                    "p99 ms",
                    "target",
                    "reached");

    private ReportText() {}

    /** A line for each row; what could not be compared says so. */
    public static List<List<@Nullable Object>> rows(PeersReport report) {
        var compared = report.results().stream().collect(Collectors.toMap(RowResult::row, r -> r));
        var rows = new ArrayList<List<@Nullable Object>>();
        for (var row : Row.values()) {
            var result = compared.get(row);
            rows.add(result == null ? skipped(row) : cells(result));
        }
        return rows;
    }

    private static List<@Nullable Object> skipped(Row row) {
        return List.of(
                row.title(), "-", "-", "-", row.yardstick().title(), "-", "-", "-", "skipped");
    }

    private static List<@Nullable Object> cells(RowResult result) {
        return List.of(
                result.row().title(),
                Math.round(result.oursMedian()),
                Math.round(result.yardstickMedian()),
                result.unit(),
                result.row().yardstick().title(),
                result.comparison(),
                String.format(Locale.ROOT, "%.1f", result.p99Millis()),
                result.target(),
                result.reached() ? "yes" : "NO");
    }

    /** Where and with what it was measured, and what was not. */
    public static List<String> notes(PeersReport report) {
        var machine = Machine.current();
        var load = report.plan().load();
        var notes = new ArrayList<String>();
        notes.add(
                String.format(
                        Locale.ROOT,
                        "%d instances, %d callers; medians of %d turns of %d s each, taken in turns after %d s"
                                + " of warming up; servers and clients share the machine",
                        load.instances(),
                        load.callers(),
                        report.plan().rounds(),
                        load.duration().toSeconds(),
                        load.warmUp().toSeconds()));
        notes.add(
                String.format(
                        Locale.ROOT,
                        "%d cores of %s, %d GiB, %s, %s",
                        machine.cores(),
                        Processor.name(),
                        Math.round(machine.memoryBytes() / (double) (1 << 30)),
                        machine.os(),
                        report.startedAt()));
        notes.add(String.join("; ", report.versions()));
        report.skipped().forEach(why -> notes.add("SKIPPED " + why));
        return notes;
    }

    /** The same as Markdown, with the figures of every turn. */
    public static String markdown(PeersReport report) {
        var text = new StringBuilder();
        notes(report).forEach(note -> text.append("- ").append(note).append('\n'));
        text.append('\n');
        line(text, COLUMNS);
        line(text, COLUMNS.stream().map(_ -> "---").toList());
        rows(report).forEach(row -> line(text, row));
        text.append("\nEvery turn, in calls/s:\n\n");
        int turns = report.plan().rounds();
        var header = new ArrayList<Object>();
        header.add("series");
        for (int turn = 1; turn <= turns; turn++) {
            header.add(turn);
        }
        header.add("p99 ms, median");
        line(text, header);
        line(text, header.stream().map(_ -> "---").toList());
        report.rounds()
                .forEach(
                        (series, rounds) -> {
                            var cells = new ArrayList<Object>();
                            cells.add(series.title());
                            rounds.turns().forEach(turn -> cells.add(Math.round(turn.perSecond())));
                            double p99 = rounds.median().p99Micros();
                            cells.add(
                                    Double.isNaN(p99)
                                            ? "-"
                                            : String.format(Locale.ROOT, "%.1f", p99 / 1e3));
                            line(text, cells);
                        });
        return text.toString();
    }

    private static void line(StringBuilder text, List<?> cells) {
        text.append(
                cells.stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(" | ", "| ", " |\n")));
    }
}
