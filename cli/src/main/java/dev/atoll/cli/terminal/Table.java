package dev.atoll.cli.terminal;

import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows under column names, to be shown as a drawn table, as CSV or as JSON.
 *
 * <pre>
 * id | title
 * ---+------
 *  1 | Amok
 * </pre>
 *
 * @param columns the names; two may be alike
 * @param rows values as {@link Json} takes them, as many as there are columns
 */
public record Table(List<String> columns, List<List<@Nullable Object>> rows) {
    /** Cells are cut to this on a screen; CSV and JSON have everything. */
    private static final int CELL_WIDTH_MAX = 60;

    private static final String NULL = "NULL";

    public Table {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /** Drawn with plain characters, numbers to the right; ends with a line break. */
    public String drawn() {
        var cells = rows.stream().map(row -> row.stream().map(Table::shown).toList()).toList();
        var widths =
                IntStream.range(0, columns.size())
                        .map(
                                column ->
                                        Math.max(
                                                width(shown(columns.get(column))),
                                                cells.stream()
                                                        .mapToInt(row -> width(row.get(column)))
                                                        .max()
                                                        .orElse(0)))
                        .toArray();
        var drawn = new StringBuilder();
        drawLine(columns.stream().map(Table::shown).toList(), List.of(), widths, drawn);
        drawn.append(String.join("-+-", IntStream.of(widths).mapToObj("-"::repeat).toList()));
        drawn.append('\n');
        for (int row = 0; row < rows.size(); row++) {
            drawLine(cells.get(row), rows.get(row), widths, drawn);
        }
        return drawn.toString();
    }

    /**
     * CSV (RFC 4180) with a line of names. NULL is an empty field, empty text is {@code ""}; bytes
     * are written as {@code x'00ff'}.
     */
    public String csv() {
        var csv = new StringBuilder();
        csv.append(String.join(",", columns.stream().map(Table::csvField).toList())).append("\r\n");
        for (var row : rows) {
            var line = new StringJoiner(",");
            row.forEach(value -> line.add(csvField(value)));
            csv.append(line).append("\r\n");
        }
        return csv.toString();
    }

    /** A JSON object: the names, and each row as a list, because two names may be alike. */
    public String json() {
        return Json.of(asMap());
    }

    /** What {@link #json()} writes, to be put into something larger. */
    public java.util.Map<String, Object> asMap() {
        var map = new java.util.LinkedHashMap<String, Object>();
        map.put("columns", columns);
        map.put("rows", rows);
        return map;
    }

    private static void drawLine(
            List<String> cells, List<@Nullable Object> values, int[] widths, StringBuilder drawn) {
        var line = new StringJoiner(" | ");
        for (int column = 0; column < cells.size(); column++) {
            var cell = cells.get(column);
            var padding = " ".repeat(widths[column] - width(cell));
            boolean toTheRight = !values.isEmpty() && values.get(column) instanceof Number;
            line.add(toTheRight ? padding + cell : cell + padding);
        }
        drawn.append(line.toString().stripTrailing()).append('\n');
    }

    /** On one line, without characters that would move the cursor, and not too long. */
    private static String shown(@Nullable Object value) {
        var text =
                switch (value) {
                    case null -> NULL;
                    case byte[] bytes -> hex(bytes);
                    default -> value.toString();
                };
        var shown = new StringBuilder();
        text.codePoints()
                .limit(CELL_WIDTH_MAX + 1)
                .map(c -> Character.isISOControl(c) ? '·' : c)
                .forEach(shown::appendCodePoint);
        if (shown.codePointCount(0, shown.length()) > CELL_WIDTH_MAX) {
            shown.setLength(shown.offsetByCodePoints(0, CELL_WIDTH_MAX - 1));
            shown.append('…');
        }
        return shown.toString();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String hex(byte[] bytes) {
        return "x'" + HexFormat.of().formatHex(bytes) + "'";
    }

    private static String csvField(@Nullable Object value) {
        var text =
                switch (value) {
                    case null -> "";
                    case byte[] bytes -> hex(bytes);
                    default -> value.toString();
                };
        boolean quoted =
                value instanceof String
                        && (text.isEmpty()
                                || text.chars().anyMatch(c -> c == ',' || c == '"' || c < ' '));
        return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
