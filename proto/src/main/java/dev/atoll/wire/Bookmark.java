package dev.atoll.wire;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * How new an answer is: an incarnation and a commit of it. Its text is opaque to clients and
 * ordered as text: {@code v1-<incarnation>-<commit>}, each 16 hexadecimal digits. Immutable.
 *
 * @param incarnation of the instance
 * @param commit its newest commit; 0 before the first
 */
public record Bookmark(long incarnation, long commit) implements Comparable<Bookmark> {
    private static final HexFormat HEX = HexFormat.of();
    private static final Pattern FORM = Pattern.compile("v1-([0-9a-f]{16})-([0-9a-f]{16})");

    /** Reads {@link #toString()}; throws BOOKMARK_INVALID. */
    public static Bookmark parse(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw Failure.of(
                    Reason.BOOKMARK_INVALID,
                    "bookmark: '"
                            + text.substring(0, Math.min(80, text.length()))
                            + "' (expected: the bookmark of an earlier reply)");
        }
        return new Bookmark(
                Long.parseUnsignedLong(matcher.group(1), 16),
                Long.parseUnsignedLong(matcher.group(2), 16));
    }

    @Override
    public int compareTo(Bookmark other) {
        int byIncarnation = Long.compareUnsigned(incarnation, other.incarnation);
        return byIncarnation != 0 ? byIncarnation : Long.compareUnsigned(commit, other.commit);
    }

    @Override
    public String toString() {
        // Every reply has one: a format string would cost more than the rest of a small read.
        return "v1-" + HEX.toHexDigits(incarnation) + "-" + HEX.toHexDigits(commit);
    }
}
