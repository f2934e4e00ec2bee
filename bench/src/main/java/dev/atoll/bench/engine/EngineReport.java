package dev.atoll.bench.engine;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.atoll.bench.Machine;
import dev.atoll.bench.engine.RowResult.Other;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a run found. Immutable.
 *
 * @param plan what it did
 * @param startedAt when
 * @param results one a row
 * @param machine it ran on
 */
public record EngineReport(
        EnginePlan plan, Instant startedAt, List<RowResult> results, Machine machine) {
    private static final String LINE = "%-18s %12s %12s  %-12s %7s  %-9s %-7s  %s%n";

    public EngineReport {
        results = List.copyOf(results);
    }

    /** Whether every target is reached. */
    public boolean isReached() {
        return results.stream().allMatch(RowResult::isReached);
    }

    /** For people: a line a row, and what it was measured on. */
    public String toTable() {
        var text = new StringBuilder();
        text.append(
                String.format(
                        LINE,
                        "",
                        "ours",
                        "yardstick",
                        "unit",
                        "ratio",
                        "target",
                        "reached",
                        "note"));
        for (var result : results) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            LINE,
                            result.row().label(),
                            shown(result.ours()),
                            shown(result.yardstick()),
                            result.row().unit(),
                            String.format(Locale.ROOT, "%.2f", result.ratio()),
                            result.row().target(),
                            result.isReached() ? "yes" : "no",
                            notes(result)));
        }
        text.append(
                String.format(
                        Locale.ROOT,
                        "%nmedian of %d rounds; %d callers; %d cores, %d GiB, %s, %s, Atoll %s, %s%n",
                        plan.effort().rounds(),
                        plan.effort().callers(),
                        machine.cores(),
                        Math.round(machine.memoryBytes() / (double) (1 << 30)),
                        machine.jdk(),
                        machine.os(),
                        machine.atoll(),
                        startedAt));
        return text.toString().replaceAll("(?m) +$", "");
    }

    private static String notes(RowResult result) {
        return Stream.concat(
                        result.others().stream().map(Other::toString), Stream.of(result.note()))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private static String shown(double figure) {
        return String.format(Locale.ROOT, figure < 100 ? "%,.1f" : "%,.0f", figure);
    }

    /** For programs: one JSON object. */
    public String toJson() {
        var json = new JsonObject();
        json.addProperty("startedAt", startedAt.toString());
        json.add("plan", planJson());
        var rows = new JsonArray();
        results.forEach(result -> rows.add(resultJson(result)));
        json.add("results", rows);
        json.add("machine", machineJson());
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json);
    }

    private JsonObject planJson() {
        var json = new JsonObject();
        json.addProperty("rounds", plan.effort().rounds());
        json.addProperty("callers", plan.effort().callers());
        json.addProperty("warmUpMillis", plan.effort().warmUp().toMillis());
        json.addProperty("instances", plan.sizes().instances());
        json.addProperty("sleeping", plan.sizes().sleeping());
        json.addProperty("open", plan.sizes().open());
        json.addProperty("scanRows", plan.sizes().scanRows());
        json.addProperty("insertsPerSecond", plan.sizes().insertsPerSecond());
        json.addProperty("crashedInstances", plan.crash().instances());
        json.addProperty("crashedJournalBytes", plan.crash().journalBytes());
        return json;
    }

    private JsonObject resultJson(RowResult result) {
        var target = result.row().target();
        var json = new JsonObject();
        json.addProperty("name", result.row().label());
        json.addProperty("ours", result.ours());
        json.addProperty("yardstick", result.yardstick());
        json.addProperty("unit", result.row().unit());
        json.addProperty("ratio", result.ratio());
        json.addProperty("target", target.toString());
        json.addProperty("reached", result.isReached());
        json.addProperty("durationMillis", plan.effort().duration(result.row()).toMillis());
        var rounds = new JsonArray();
        for (var round : result.rounds()) {
            var each = new JsonObject();
            each.addProperty("yardstick", round.yardstick());
            each.addProperty("ours", round.ours());
            rounds.add(each);
        }
        json.add("rounds", rounds);
        json.addProperty("note", result.note());
        var others = new JsonArray();
        for (var other : result.others()) {
            var each = new JsonObject();
            each.addProperty("what", other.what());
            each.addProperty("found", other.found());
            each.addProperty("most", other.most());
            others.add(each);
        }
        json.add("others", others);
        return json;
    }

    private JsonObject machineJson() {
        var json = new JsonObject();
        json.addProperty("cores", machine.cores());
        json.addProperty("memoryBytes", machine.memoryBytes());
        json.addProperty("jdk", machine.jdk());
        json.addProperty("os", machine.os());
        json.addProperty("atoll", machine.atoll());
        return json;
    }
}
