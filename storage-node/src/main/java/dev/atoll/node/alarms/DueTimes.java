package dev.atoll.node.alarms;

import dev.atoll.node.sqlite.ReadTransaction;

/**
 * When an instance wants to be woken, as a transaction sees it, in microseconds since 1970; 0 for
 * never. Immutable.
 *
 * @param alarm for the next alarm that the node runs
 * @param expiry for the next row that expires
 * @param watched for the next alarm that a service which watches is told of
 */
public record DueTimes(long alarm, long expiry, long watched) {
    public static final DueTimes NEVER = new DueTimes(0, 0, 0);

    /** As a transaction sees them. A few reads by indexes. */
    public static DueTimes of(ReadTransaction tx, ExpiringTables expiring) {
        long expiry = expiring.next(tx);
        return AlarmTable.isThere(tx)
                ? new DueTimes(AlarmTable.next(tx, false), expiry, AlarmTable.next(tx, true))
                : new DueTimes(0, expiry, 0);
    }

    /** When the node itself has something to do. */
    public long own() {
        return earlier(alarm, expiry);
    }

    /** When it wants to be woken for anything. */
    public long any() {
        return earlier(own(), watched);
    }

    /** Whether one of them is earlier than there. */
    public boolean isEarlierThan(DueTimes other) {
        return isEarlier(alarm, other.alarm)
                || isEarlier(expiry, other.expiry)
                || isEarlier(watched, other.watched);
    }

    /** The earlier of each. */
    public DueTimes orEarlier(DueTimes other) {
        return new DueTimes(
                earlier(alarm, other.alarm),
                earlier(expiry, other.expiry),
                earlier(watched, other.watched));
    }

    static long earlier(long first, long second) {
        return isEarlier(second, first) ? second : first;
    }

    private static boolean isEarlier(long micros, long than) {
        return micros != 0 && (than == 0 || micros < than);
    }
}
