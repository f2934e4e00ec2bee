package dev.atoll.client;

import java.util.List;

/**
 * What applying a file changed, or would change. Immutable.
 *
 * @param version now current; 0 where nothing was applied
 * @param comparedWith the version that was current before; 0 for none
 * @param changes for reading, the worst first
 * @param destructive those of them that lose data
 * @param warnings those of the changes that some instances may not be able to take, and what else
 *     deserves a look
 */
public record ConfigReport(
        long version,
        long comparedWith,
        List<String> changes,
        List<String> destructive,
        List<String> warnings) {
    public ConfigReport {
        changes = List.copyOf(changes);
        destructive = List.copyOf(destructive);
        warnings = List.copyOf(warnings);
    }
}
