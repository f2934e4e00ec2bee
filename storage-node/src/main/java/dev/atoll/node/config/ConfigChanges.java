package dev.atoll.node.config;

import java.util.List;

/**
 * How a file differs from the one before, a line each, for reading. Immutable.
 *
 * @param all of them
 * @param destructive those of them that lose data
 * @param warnings what deserves a look
 */
public record ConfigChanges(List<String> all, List<String> destructive, List<String> warnings) {
    /** The same text. */
    static final ConfigChanges NONE = new ConfigChanges(List.of(), List.of(), List.of());

    public ConfigChanges {
        all = List.copyOf(all);
        destructive = List.copyOf(destructive);
        warnings = List.copyOf(warnings);
    }
}
