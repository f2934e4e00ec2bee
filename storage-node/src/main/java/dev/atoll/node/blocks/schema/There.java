package dev.atoll.node.blocks.schema;

import dev.atoll.node.blocks.Table;
import dev.atoll.node.sqlite.StoredTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What an instance has, found by name as SQL compares names. Immutable once it is made. */
final class There {
    private final Map<String, SchemaItem> tables = new HashMap<>();
    private final Map<String, List<SchemaItem>> parts = new HashMap<>();

    There(List<SchemaItem> items) {
        for (var item : items) {
            boolean table = item.type().equals("table");
            int mark = item.name().indexOf(TableSql.MARK);
            if (mark > 0) {
                // A table with a mark is a full-text index, or one of the tables inside of it.
                var owner = table ? item.name().substring(0, mark) : item.table();
                parts.computeIfAbsent(folded(owner), _ -> new ArrayList<>()).add(item);
            } else if (table) {
                tables.put(folded(item.name()), item);
            }
        }
    }

    private static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    Optional<StoredTable> table(String name) {
        return Optional.ofNullable(tables.get(folded(name)))
                .map(item -> StoredTable.of(item.sql()));
    }

    /** Indexes, triggers and the full-text index, but not the tables inside of that. */
    List<SchemaItem> parts(String table) {
        return parts.getOrDefault(folded(table), List.of()).stream()
                .filter(item -> !item.type().equals("table") || isVirtual(item))
                .toList();
    }

    private static boolean isVirtual(SchemaItem item) {
        return item.sql().startsWith("CREATE VIRTUAL");
    }

    /** Parts of what is no table any more: a migration has renamed it. */
    List<SchemaItem> orphans() {
        return parts.keySet().stream()
                .filter(owner -> !tables.containsKey(owner))
                .sorted()
                .flatMap(owner -> parts(owner).stream())
                .toList();
    }

    /** Tables that were declared once; what services make themselves does not look so. */
    List<String> retired(List<Table> declared) {
        var names = new HashSet<String>();
        declared.forEach(table -> names.add(folded(table.name())));
        return tables.entrySet().stream()
                .filter(table -> !names.contains(table.getKey()) && isOurs(table.getValue()))
                .map(table -> table.getValue().name())
                .sorted()
                .toList();
    }

    private static boolean isOurs(SchemaItem item) {
        boolean likely =
                item.sql().endsWith("STRICT") && item.sql().contains('"' + TableSql.ROW_ID + '"');
        if (!likely) {
            return false;
        }
        var table = StoredTable.of(item.sql());
        return Table.AUTOMATIC.stream().allMatch(field -> table.find(field.name()).isPresent());
    }
}
