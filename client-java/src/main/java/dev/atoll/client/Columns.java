package dev.atoll.client;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalInt;

/** The columns of a result, found by name. Shared by all its rows. Immutable. */
final class Columns {
    private final List<Column> columns;
    private final Map<String, Integer> byName = new HashMap<>();
    private final Map<String, Integer> byLooseName = new HashMap<>();

    Columns(List<Column> columns) {
        this.columns = List.copyOf(columns);
        for (int i = 0; i < columns.size(); i++) {
            // Where names repeat, the first counts, as everywhere in SQL.
            byName.putIfAbsent(columns.get(i).name(), i);
            byLooseName.putIfAbsent(loose(columns.get(i).name()), i);
        }
    }

    List<Column> list() {
        return columns;
    }

    int size() {
        return columns.size();
    }

    /** The index of exactly that name. */
    int index(String name) {
        var index = byName.get(name);
        if (index == null) {
            throw new NoSuchElementException("column '" + name + "': not one of " + names());
        }
        return index;
    }

    /** The index of exactly that name, if there is one. */
    OptionalInt find(String name) {
        var index = byName.get(name);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** The index of that name, or of one that differs only in case and underscores. */
    OptionalInt findLoosely(String name) {
        var index = byName.getOrDefault(name, byLooseName.get(loose(name)));
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    List<String> names() {
        return columns.stream().map(Column::name).toList();
    }

    private static String loose(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
