package dev.atoll.process;

import java.util.Collection;
import java.util.Optional;

/** Finds what a user who mistyped a name probably meant. Immutable. */
public final class Nearest {
    private Nearest() {}

    /**
     * The name that is fewest edits (Levenshtein) away; empty if all are further than the limit.
     */
    public static Optional<String> of(String typed, Collection<String> names, int distanceMax) {
        String nearest = null;
        int least = distanceMax + 1;
        for (var name : names) {
            int distance = distance(typed, name);
            if (distance < least) {
                least = distance;
                nearest = name;
            }
        }
        return Optional.ofNullable(nearest);
    }

    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
