package dev.atoll.cli.config;

import dev.atoll.cli.terminal.Json;
import dev.atoll.proto.v1.ApplyConfigResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;

/** What an apply changes, for people and for programs. Immutable. */
final class Difference {
    private Difference() {}

    /** A line for each change: those that lose data with '!', those that may fail with '?'. */
    static String text(ApplyConfigResponse shown) {
        var lines = new ArrayList<String>();
        lines.add(
                shown.getComparedWith() == 0
                        ? "the first version:"
                        : "compared with version " + shown.getComparedWith() + ":");
        var destructive = new HashSet<>(shown.getDestructiveList());
        var warnings = new LinkedHashSet<>(shown.getWarningsList());
        for (var change : shown.getChangesList()) {
            boolean doubtful = warnings.remove(change);
            lines.add((destructive.contains(change) ? "! " : doubtful ? "? " : "  ") + change);
        }
        if (shown.getChangesCount() == 0) {
            lines.add("  nothing that is declared changes");
        }
        warnings.forEach(warning -> lines.add("  warning: " + warning));
        return String.join("\n", lines);
    }

    static String json(ApplyConfigResponse response) {
        var map = new LinkedHashMap<String, Object>();
        map.put("version", response.getVersion());
        map.put("comparedWith", response.getComparedWith());
        map.put("changes", response.getChangesList());
        map.put("destructive", response.getDestructiveList());
        map.put("warnings", response.getWarningsList());
        return Json.of(map);
    }
}
