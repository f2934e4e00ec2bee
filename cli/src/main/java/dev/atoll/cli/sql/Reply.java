package dev.atoll.cli.sql;

import dev.atoll.cli.terminal.Json;
import dev.atoll.cli.terminal.Table;
import java.util.LinkedHashMap;

/**
 * What a statement gave.
 *
 * @param table its rows; without columns where it gave none
 * @param changes how many rows it changed
 * @param wrote whether it was a write
 */
record Reply(Table table, long changes, boolean wrote) {
    /** As a person wants to see it. */
    String drawn() {
        if (table.columns().isEmpty()) {
            return wrote ? counted(changes, "row", "changed") : "";
        }
        int rows = table.rows().size();
        return table.drawn() + counted(rows, "row", wrote ? "returned" : "");
    }

    /** Rows alone; nothing where there are no columns. */
    String csv() {
        return table.columns().isEmpty() ? "" : table.csv();
    }

    /** On one line. */
    String json() {
        var map = new LinkedHashMap<String, Object>(table.asMap());
        if (wrote) {
            map.put("changes", changes);
        }
        return Json.of(map) + "\n";
    }

    private static String counted(long count, String noun, String verb) {
        return ("(" + count + " " + noun + (count == 1 ? "" : "s") + " " + verb).strip() + ")\n";
    }
}
