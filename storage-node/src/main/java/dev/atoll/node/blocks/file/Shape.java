package dev.atoll.node.blocks.file;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * The form of a part of a file: the parser checks by it, and the JSON Schema is written from it.
 * Immutable.
 */
sealed interface Shape {
    /** For those who write files: what it means. */
    String description();

    /** A map whose keys are known. */
    record Fields(String description, SequencedMap<String, Entry> entries) implements Shape {
        Fields(String description, List<Entry> entries) {
            this(description, byKey(entries));
        }

        private static SequencedMap<String, Entry> byKey(List<Entry> entries) {
            var map = new LinkedHashMap<String, Entry>();
            entries.forEach(entry -> map.put(entry.key(), entry));
            return map;
        }
    }

    /** A key of {@link Fields}. */
    record Entry(String key, Shape shape, boolean required) {}

    /** A map whose keys are names that the file gives, up to so many. */
    record Named(String description, String pattern, Shape value, int max) implements Shape {}

    /** A list of at least one, and up to so many. */
    record Many(String description, Shape item, int max) implements Shape {}

    /** A text; a pattern says which, words say what is expected. */
    record Words(String description, String pattern, String expected) implements Shape {}

    /** One of some words. */
    record Choice(String description, List<String> words) implements Shape {}

    /** A rule. */
    record Rule(String description) implements Shape {}

    /** True or false. */
    record Flag(String description) implements Shape {}

    /** A whole number. */
    record Whole(String description, long min, long max) implements Shape {}

    /** One value of any type: the field's type says which. */
    record Plain(String description) implements Shape {}

    static Entry required(String key, Shape shape) {
        return new Entry(key, shape, true);
    }

    static Entry optional(String key, Shape shape) {
        return new Entry(key, shape, false);
    }
}
