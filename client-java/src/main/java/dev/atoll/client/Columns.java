package dev.atoll.client;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The columns of a result, found by name. Shared by all its rows. Immutable. */
final class Columns {
    private final List<Column> columns;

    // Made when the first name is asked for; should two threads make it, either will do.
    private volatile @Nullable Indexes indexes;

    Columns(List<Column> columns) {
        this.columns = List.copyOf(columns);
    }

    private record Indexes(Map<String, Integer> byName, Map<String, Integer> byLooseName) {
        static Indexes of(List<Column> columns) {
            var byName = new HashMap<String, Integer>();
            var byLooseName = new HashMap<String, Integer>();
            for (int i = 0; i < columns.size(); i++) {
                // Where names repeat, the first counts, as everywhere in SQL.
                byName.putIfAbsent(columns.get(i).name(), i);
                byLooseName.putIfAbsent(loose(columns.get(i).name()), i);
            }
            return new Indexes(byName, byLooseName);
        }
    }

    private Indexes indexes() {
        var made = indexes;
        if (made == null) {
            made = Indexes.of(columns);
            indexes = made;
        }
        return made;
    }

    List<Column> list() {
        return columns;
    }

    int size() {
        return columns.size();
    }

    /** The index of exactly that name. */
    int index(String name) {
        var index = indexes().byName().get(name);
        if (index == null) {
            throw new NoSuchElementException("column '" + name + "': not one of " + names());
        }
        return index;
    }

    /** The index of exactly that name, if there is one. */
    OptionalInt find(String name) {
        var index = indexes().byName().get(name);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** The index of that name, or of one that differs only in case and underscores. */
    OptionalInt findLoosely(String name) {
        var made = indexes();
        var index = made.byName().getOrDefault(name, made.byLooseName().get(loose(name)));
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    List<String> names() {
        return columns.stream().map(Column::name).toList();
    }

    private static String loose(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
