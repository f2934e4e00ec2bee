package dev.atoll.node.rules;

import java.util.List;
import java.util.stream.Collectors;

/** One step into a JSON value. Immutable. */
sealed interface Step {
    /** The field of that name. */
    record Key(String key) implements Step {}

    /** The element of that number, from 0. */
    record Index(long index) implements Step {}

    /** The field whose name a parameter is. */
    record KeyOf(Parameter parameter) implements Step {}

    /** Whether SQLite's path finds the field as it is spelled, with nothing to escape. */
    static boolean isKey(String key) {
        return key.chars().allMatch(c -> c >= ' ' && c != '"' && c != '\\' && c != 0x7f);
    }

    static String describe(List<Step> steps) {
        return steps.stream()
                .map(
                        step ->
                                switch (step) {
                                    case Key(String key) -> "." + key;
                                    case Index(long index) -> "[" + index + "]";
                                    case KeyOf(Parameter parameter) ->
                                            "[" + parameter.description() + "]";
                                })
                .collect(Collectors.joining());
    }
}
