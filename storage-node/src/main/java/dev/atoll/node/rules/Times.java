package dev.atoll.node.rules;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Pattern;

/** Moments and durations as SQL has them: integers of microseconds. Immutable. */
public final class Times {
    /** 0001-01-01T00:00:00Z: CEL's first moment. */
    static final long MOMENT_MIN = -62_135_596_800_000_000L;

    /** 9999-12-31T23:59:59.999999Z: CEL's last one. */
    static final long MOMENT_MAX = 253_402_300_799_999_999L;

    /** CEL's longest duration, about ten thousand years. */
    static final long DURATION_MAX = 315_576_000_000_000_000L;

    private static final Pattern RFC_3339 =
            Pattern.compile(
                    "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:\\d\\d)");
    private static final Pattern DURATION =
            Pattern.compile("([+-]?)((\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h))+|[+-]?0");
    private static final Pattern PART =
            Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|ms|s|m|h)");
    private static final int DURATION_LENGTH_MAX = 64;
    private static final Map<String, BigDecimal> MICROS =
            Map.of(
                    "ns", new BigDecimal("0.001"),
                    "us", BigDecimal.ONE,
                    "µs", BigDecimal.ONE,
                    "ms", new BigDecimal(1_000),
                    "s", new BigDecimal(1_000_000),
                    "m", new BigDecimal(60_000_000),
                    "h", new BigDecimal(3_600_000_000L));

    private Times() {}

    /** What is less than a microsecond is cut off, towards the past. */
    public static long micros(Instant moment) {
        return Math.addExact(
                Math.multiplyExact(moment.getEpochSecond(), 1_000_000L), moment.getNano() / 1_000);
    }

    /** Whether it lies in the years that there are. */
    public static boolean isMoment(long micros) {
        return micros >= MOMENT_MIN && micros <= MOMENT_MAX;
    }

    /** Reads RFC 3339; throws {@link IllegalArgumentException}. */
    public static long moment(String text) {
        try {
            if (RFC_3339.matcher(text).matches()) {
                var moment = OffsetDateTime.parse(text).toInstant();
                long micros = micros(moment);
                if (!moment.truncatedTo(ChronoUnit.MICROS).equals(moment)) {
                    throw new IllegalArgumentException(
                            "'" + text + "' (expected: whole microseconds)");
                }
                if (isMoment(micros)) {
                    return micros;
                }
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("'" + text + "' is no moment: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no moment (expected: RFC 3339, such as 2026-01-31T12:00:00Z)");
    }

    /** Reads numbers with units, such as {@code 1h30m}; throws {@link IllegalArgumentException}. */
    static long duration(String text) {
        if (text.length() > DURATION_LENGTH_MAX || !DURATION.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no duration (expected: numbers with units, such as 1h30m)");
        }
        var sum = BigDecimal.ZERO;
        var parts = PART.matcher(text);
        while (parts.find()) {
            var unit = MICROS.getOrDefault(parts.group(2), BigDecimal.ZERO);
            sum = sum.add(new BigDecimal(parts.group(1)).multiply(unit));
        }
        if (sum.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException("'" + text + "' (expected: whole microseconds)");
        }
        if (sum.compareTo(BigDecimal.valueOf(DURATION_MAX)) > 0) {
            throw new IllegalArgumentException("'" + text + "' (expected: at most 10,000 years)");
        }
        return text.startsWith("-") ? -sum.longValueExact() : sum.longValueExact();
    }
}
