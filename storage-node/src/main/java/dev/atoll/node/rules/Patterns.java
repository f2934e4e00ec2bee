package dev.atoll.node.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Patterns of {@code matches}, in RE2's syntax: matching takes time proportional to the text, with
 * no backtracking. Thread-safe.
 *
 * <p>Still a large pattern over a large text would take seconds, in which SQLite cannot be
 * interrupted: so their product is limited.
 */
public final class Patterns {
    /** A longer pattern is no pattern that somebody wrote. */
    private static final int CODE_UNITS_MAX = 1_024;

    /** Instructions of the compiled pattern. */
    static final int PROGRAM_MAX = 1_000;

    /** Instructions times characters of a text: about 50 ms. */
    static final long WORK_MAX = 1L << 22;

    /**
     * Compiled patterns that are kept: few are alive at a time, and they are quickly made again.
     */
    private static final int CACHED_MAX = 1_000;

    private static final ConcurrentHashMap<String, Pattern> CACHE = new ConcurrentHashMap<>();

    private Patterns() {}

    /**
     * Whether the pattern is found in the text; null, which is unknown, if the two are too large
     * together, or if it is none.
     */
    public static @Nullable Boolean find(String text, String pattern) {
        var compiled = CACHE.get(pattern);
        if (compiled == null) {
            if (problem(pattern).isPresent()) {
                return null;
            }
            compiled = Pattern.compile(pattern);
            if (CACHE.size() >= CACHED_MAX) {
                CACHE.clear();
            }
            CACHE.put(pattern, compiled);
        }
        if ((long) compiled.programSize() * text.length() > WORK_MAX) {
            return null;
        }
        return compiled.matcher(text).find();
    }

    /** What is wrong with a pattern. */
    public static Optional<String> problem(String pattern) {
        if (pattern.length() > CODE_UNITS_MAX) {
            return Optional.of(
                    "a pattern of "
                            + pattern.length()
                            + " characters (expected: at most "
                            + CODE_UNITS_MAX
                            + ")");
        }
        // Before it is compiled: (a{1000}){1000} alone would take a hundred megabytes.
        if (PatternSize.estimate(pattern) > PROGRAM_MAX) {
            return Optional.of(tooLarge());
        }
        try {
            return Pattern.compile(pattern).programSize() > PROGRAM_MAX
                    ? Optional.of(tooLarge())
                    : Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of("no pattern: " + e.getDescription() + ": " + e.getPattern());
        }
    }

    private static String tooLarge() {
        return "a pattern with too many repetitions (expected: at most "
                + PROGRAM_MAX
                + " instructions)";
    }
}
