package dev.atoll.bench.peers;

import dev.atoll.bench.Machine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a comparison found. Immutable.
 *
 * @param plan how it was made
 * @param startedAt when
 * @param rounds of every series that was measured
 * @param skipped what was not, and why
 * @param versions of all that took part
 */
public record PeersReport(
        PeersPlan plan,
        Instant startedAt,
        Map<Series, Rounds> rounds,
        List<String> skipped,
        List<String> versions) {
    public PeersReport {
        rounds = Collections.unmodifiableMap(new EnumMap<>(rounds));
        skipped = List.copyOf(skipped);
        versions = List.copyOf(versions);
    }

    /** The rows of which both sides were measured. */
    public List<RowResult> results() {
        var results = new ArrayList<RowResult>();
        for (var row : Row.values()) {
            var ours = rounds.get(row.ours());
            var yardstick = rounds.get(row.yardstick());
            if (ours != null && yardstick != null) {
                results.add(new RowResult(row, ours, yardstick));
            }
        }
        return results;
    }

    /** For programs: to be written as JSON. */
    public Map<String, Object> asMap() {
        var machine = Machine.current();
        var map = new LinkedHashMap<String, Object>();
        map.put("startedAt", startedAt.toString());
        map.put(
                "plan",
                Map.of(
                        "instances", plan.load().instances(),
                        "callers", plan.load().callers(),
                        "warmUpSeconds", plan.load().warmUp().toSeconds(),
                        "turnSeconds", plan.load().duration().toSeconds(),
                        "rounds", plan.rounds()));
        map.put("machine", machine(machine));
        map.put("versions", versions);
        map.put("skipped", skipped);
        map.put("rows", results().stream().map(PeersReport::asMap).toList());
        var series = new LinkedHashMap<String, Object>();
        rounds.forEach(
                (name, turns) ->
                        series.put(
                                name.name(),
                                turns.turns().stream().map(PeersReport::asMap).toList()));
        map.put("series", series);
        return map;
    }

    private static Map<String, Object> machine(Machine machine) {
        var map = new LinkedHashMap<String, Object>();
        map.put("cores", machine.cores());
        map.put("memoryBytes", machine.memoryBytes());
        map.put("processor", Processor.name());
        map.put("os", machine.os());
        map.put("jdk", machine.jdk());
        return map;
    }

    private static Map<String, Object> asMap(RowResult result) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", result.row().title());
        map.put("ours", result.row().ours().title());
        map.put("yardstick", result.row().yardstick().title());
        map.put("unit", result.unit());
        map.put("oursMedian", result.oursMedian());
        map.put("yardstickMedian", result.yardstickMedian());
        map.put("ratio", result.ratio());
        map.put("p99Millis", result.p99Millis());
        map.put("target", result.target());
        map.put("reached", result.reached());
        map.put("oursRounds", figures(result, result.ours()));
        map.put("yardstickRounds", figures(result, result.yardstick()));
        return map;
    }

    private static List<Double> figures(RowResult result, Rounds rounds) {
        return rounds.turns().stream().mapToDouble(result.figure()).boxed().toList();
    }

    /** A figure that a tool does not give is left out. */
    private static Map<String, Object> asMap(Measurement turn) {
        var map = new LinkedHashMap<String, Object>();
        map.put("perSecond", turn.perSecond());
        if (!Double.isNaN(turn.p50Micros())) {
            map.put("p50Micros", turn.p50Micros());
        }
        if (!Double.isNaN(turn.p99Micros())) {
            map.put("p99Micros", turn.p99Micros());
        }
        return map;
    }
}
