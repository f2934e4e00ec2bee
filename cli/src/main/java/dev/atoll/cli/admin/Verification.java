package dev.atoll.cli.admin;

import dev.atoll.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was found in the instances that were checked. One thread at a time. */
final class Verification {
    private static final List<String> COLUMNS = List.of("key", "found");
    private static final String WELL = "well";

    private final List<List<@Nullable Object>> rows = new ArrayList<>();
    private final Consumer<String> damage;
    private int damaged;

    /**
     * Nothing was checked yet.
     *
     * @param damage gets a line for each problem, at once, since a check of many takes its time
     */
    Verification(Consumer<String> damage) {
        this.damage = damage;
    }

    /** Notes what was found in an instance; nothing if it is well. */
    void add(String key, List<String> problems) {
        damaged += problems.isEmpty() ? 0 : 1;
        rows.add(List.of(key, problems.isEmpty() ? WELL : String.join("; ", problems)));
        problems.forEach(problem -> damage.accept(key + ": " + problem));
    }

    boolean isDamaged() {
        return damaged > 0;
    }

    /** How many there were, a line. */
    String summary() {
        int checked = rows.size();
        return "checked %d, well %d, damaged %d\n".formatted(checked, checked - damaged, damaged);
    }

    /** All of them, for a program. */
    Table table() {
        return new Table(COLUMNS, rows);
    }
}
