package dev.atoll.node.rules;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Estimates how large a pattern becomes when its repetitions are written out, without writing them
 * out. One thread at a time.
 */
final class PatternSize {
    /** Far above any limit, far below an overflow. */
    private static final long HUGE = 1L << 32;

    private final String pattern;
    private int next;

    /** Sizes of the groups that are open, up to now. */
    private final Deque<Long> groups = new ArrayDeque<>();

    private long size;
    private long last;

    private PatternSize(String pattern) {
        this.pattern = pattern;
    }

    /** At least one for each character, class and group, times the repetitions around it. */
    static long estimate(String pattern) {
        return new PatternSize(pattern).run();
    }

    private long run() {
        while (next < pattern.length()) {
            char c = pattern.charAt(next);
            next++;
            switch (c) {
                case '(' -> {
                    groups.push(size);
                    size = 0;
                    last = 0;
                }
                case ')' -> {
                    if (!groups.isEmpty()) {
                        long inner = size + 2;
                        size = groups.pop();
                        atom(inner);
                    }
                }
                case '[' -> {
                    skipClass();
                    atom(1);
                }
                case '\\' -> escape();
                case '{' -> repeat();
                case '*', '+', '?', '|' -> size++;
                default -> atom(1);
            }
        }
        while (!groups.isEmpty()) {
            size += groups.pop();
        }
        return size;
    }

    private void atom(long atomSize) {
        last = Math.min(atomSize, HUGE);
        size = Math.min(size + last, HUGE);
    }

    private void escape() {
        if (pattern.startsWith("Q", next)) {
            int end = pattern.indexOf("\\E", next);
            int quoted = (end < 0 ? pattern.length() : end) - next - 1;
            next = end < 0 ? pattern.length() : end + 2;
            size = Math.min(size + Math.max(quoted, 0), HUGE);
            last = 1;
            return;
        }
        boolean braces =
                next + 1 < pattern.length()
                        && "pPx".indexOf(pattern.charAt(next)) >= 0
                        && pattern.charAt(next + 1) == '{';
        int end = braces ? pattern.indexOf('}', next) : -1;
        next = end < 0 ? Math.min(next + 1, pattern.length()) : end + 1;
        atom(1);
    }

    /** Up to the bracket that closes it: the first of all may be a member. */
    private void skipClass() {
        if (pattern.startsWith("^", next)) {
            next++;
        }
        if (pattern.startsWith("]", next)) {
            next++;
        }
        while (next < pattern.length() && pattern.charAt(next) != ']') {
            if (pattern.startsWith("[:", next) && pattern.indexOf(":]", next + 2) >= 0) {
                next = pattern.indexOf(":]", next + 2) + 2;
            } else {
                next += pattern.charAt(next) == '\\' ? 2 : 1;
            }
        }
        next++;
    }

    /** {@code {n}}, {@code {n,}} or {@code {n,m}}; any other brace is a character. */
    private void repeat() {
        int end = pattern.indexOf('}', next);
        var counts = end < 0 ? "" : pattern.substring(next, end);
        if (!counts.matches("\\d{1,9}(,\\d{0,9})?")) {
            atom(1);
            return;
        }
        next = end + 1;
        long times = 1;
        for (var count : counts.split(",", -1)) {
            times = count.isEmpty() ? times : Math.max(times, Long.parseLong(count));
        }
        // Each repetition that may be left out is an instruction more.
        long repeated = Math.min(last * 2 * times, HUGE);
        size = Math.min(size - last + repeated, HUGE);
        last = repeated;
    }
}
