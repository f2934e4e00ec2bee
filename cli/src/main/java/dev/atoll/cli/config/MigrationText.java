package dev.atoll.cli.config;

import dev.atoll.cli.terminal.Json;
import dev.atoll.proto.v1.GetMigrationStatusResponse;
import dev.atoll.wire.InstanceKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** How far the migration of instances is, for people and for programs. Immutable. */
final class MigrationText {
    private MigrationText() {}

    static String text(GetMigrationStatusResponse status) {
        var lines = new ArrayList<String>();
        lines.add(
                status.getCurrentVersion() == 0
                        ? "no version was applied yet"
                        : "current version: " + status.getCurrentVersion());
        new TreeMap<>(status.getInstancesByVersionMap())
                .descendingMap()
                .forEach(
                        (version, count) ->
                                lines.add(
                                        "instances "
                                                + (version == 0 ? "at none" : "at " + version)
                                                + ": "
                                                + count));
        lines.add("pending: " + status.getPending() + (status.getPaused() ? " (paused)" : ""));
        lines.add("failed: " + status.getFailed());
        for (var failure : status.getFailuresList()) {
            lines.add(
                    "  "
                            + InstanceKey.of(failure.getInstance())
                            + " at "
                            + failure.getSchemaVersion()
                            + ": "
                            + failure.getReason());
        }
        long more = status.getFailed() - status.getFailuresCount();
        if (more > 0) {
            lines.add("  and " + more + " more");
        }
        if (status.getUndeclared() > 0) {
            lines.add("not declared, left alone: " + status.getUndeclared());
        }
        for (var node : status.getUnavailableNodesList()) {
            lines.add("not counted, since it does not answer: node " + node);
        }
        return String.join("\n", lines);
    }

    static String json(GetMigrationStatusResponse status) {
        var map = new LinkedHashMap<String, Object>();
        map.put("currentVersion", status.getCurrentVersion());
        var byVersion = new LinkedHashMap<String, Object>();
        new TreeMap<>(status.getInstancesByVersionMap())
                .forEach((version, count) -> byVersion.put(Long.toString(version), count));
        map.put("instancesByVersion", byVersion);
        map.put("pending", status.getPending());
        map.put("failed", status.getFailed());
        map.put(
                "failures",
                status.getFailuresList().stream()
                        .map(
                                failure ->
                                        Map.<String, Object>of(
                                                "instance",
                                                InstanceKey.of(failure.getInstance()).toString(),
                                                "schemaVersion",
                                                failure.getSchemaVersion(),
                                                "reason",
                                                failure.getReason()))
                        .toList());
        map.put("undeclared", status.getUndeclared());
        map.put("paused", status.getPaused());
        map.put("unavailableNodes", status.getUnavailableNodesList());
        return Json.of(map);
    }
}
