package dev.atoll.node.operations;

import java.util.List;
import java.util.Map;

/**
 * What a caller changes of a row. Immutable.
 *
 * @param set fields and their new values
 * @param increment fields and what is added to them
 * @param clear fields that become NULL
 */
public record Patch(
        Map<String, TypedValue> set, Map<String, TypedValue> increment, List<String> clear) {
    public Patch {
        set = Map.copyOf(set);
        increment = Map.copyOf(increment);
        clear = List.copyOf(clear);
    }

    /** New values and nothing else. */
    public static Patch of(Map<String, TypedValue> set) {
        return new Patch(set, Map.of(), List.of());
    }
}
