package dev.atoll.node.alarms;

import static dev.atoll.node.sqlite.SqlValue.blob;
import static dev.atoll.node.sqlite.SqlValue.integer;
import static dev.atoll.node.sqlite.SqlValue.text;

import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.node.sqlite.WriteTransaction;
import java.util.List;
import java.util.Optional;

/**
 * The alarms of an instance, in a table of its own file: set, run and cleared in the transactions
 * that they belong to. The table is made with the first alarm. Immutable.
 *
 * <pre>
 * _atoll_alarm
 * name    | watched | next_try         | time             | set_at | tries | last_error | operations
 * renewal |       0 | 1795239253000000 | 1795239253000000 | …      |     0 |            | a Mutate's
 * report  |       1 | 1795239313000000 | 1795239253000000 | …      |     1 |            |
 * </pre>
 */
public final class AlarmTable {
    private static final SqlCall IS_THERE =
            SqlCall.ofNode(
                    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_atoll_alarm'",
                    List.of());

    private static final SqlCall CREATE =
            SqlCall.ofNode(
                    "CREATE TABLE _atoll_alarm (name TEXT PRIMARY KEY, watched INTEGER NOT NULL,"
                            + " next_try INTEGER NOT NULL, time INTEGER NOT NULL, set_at INTEGER"
                            + " NOT NULL, tries INTEGER NOT NULL, last_error TEXT NOT NULL,"
                            + " operations BLOB NOT NULL) STRICT",
                    List.of());

    private static final SqlCall CREATE_INDEX =
            SqlCall.ofNode(
                    "CREATE INDEX _atoll_alarm_next ON _atoll_alarm(watched, next_try)", List.of());

    private static final SqlCall CREATE_ORDER =
            SqlCall.ofNode(
                    "CREATE INDEX _atoll_alarm_order ON _atoll_alarm(time, name)", List.of());

    private static final String COLUMNS =
            "SELECT name, time, operations, set_at, tries, next_try, last_error FROM _atoll_alarm";

    private static final String PUT =
            "INSERT OR REPLACE INTO _atoll_alarm VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

    private static final String DUE =
            COLUMNS + " WHERE watched = ? AND next_try <= ? ORDER BY next_try, name LIMIT ?";

    private static final String PAGE =
            COLUMNS + " WHERE (time, name) > (?, ?) ORDER BY time, name LIMIT ?";

    private static final String NEXT =
            "SELECT ifnull(min(next_try), 0) FROM _atoll_alarm WHERE watched = ?";

    private static final String REMOVE = "DELETE FROM _atoll_alarm WHERE name = ?";

    private static final String TRIED =
            "UPDATE _atoll_alarm SET tries = tries + 1, next_try = ?, last_error = ? WHERE name = ?"
                    + " AND set_at = ? AND tries = ?";

    private AlarmTable() {}

    /** Sets an alarm; one of the same name is replaced. */
    public static void put(WriteTransaction tx, StoredAlarm alarm) {
        tx.changesWake();
        if (!isThere(tx)) {
            var _ = tx.execute(CREATE);
            var _ = tx.execute(CREATE_INDEX);
            var _ = tx.execute(CREATE_ORDER);
        }
        var tries = alarm.tries();
        run(
                tx,
                PUT,
                SqlValue.of(alarm.name()),
                SqlValue.of(alarm.isWatched() ? 1 : 0),
                SqlValue.of(tries.nextMicros()),
                SqlValue.of(alarm.timeMicros()),
                SqlValue.of(alarm.setMicros()),
                SqlValue.of(tries.count()),
                SqlValue.of(tries.lastError()),
                SqlValue.of(alarm.operations()));
    }

    /** Clears an alarm; whether there was one. */
    public static boolean remove(WriteTransaction tx, String name) {
        return isThere(tx) && run(tx, REMOVE, SqlValue.of(name)) > 0;
    }

    /**
     * Notes that an alarm was tried, if it is still the same.
     *
     * @param nextMicros when it is tried next
     */
    public static void tried(
            WriteTransaction tx, StoredAlarm alarm, long nextMicros, String error) {
        if (isThere(tx)) {
            var _ =
                    run(
                            tx,
                            TRIED,
                            SqlValue.of(nextMicros),
                            SqlValue.of(error),
                            SqlValue.of(alarm.name()),
                            SqlValue.of(alarm.setMicros()),
                            SqlValue.of(alarm.tries().count()));
        }
    }

    /** The alarm that has been due for longest, of those that the node itself runs. */
    public static Optional<StoredAlarm> findDue(ReadTransaction tx, long nowMicros) {
        return find(tx, DUE, SqlValue.of(0), SqlValue.of(nowMicros), SqlValue.of(1)).stream()
                .findFirst();
    }

    /** Those that are due for a service that watches, longest due first. */
    public static List<StoredAlarm> findWatched(ReadTransaction tx, long nowMicros, int most) {
        return find(tx, DUE, SqlValue.of(1), SqlValue.of(nowMicros), SqlValue.of(most));
    }

    /** A page of alarms, by time and name, after that one. */
    public static List<StoredAlarm> list(
            ReadTransaction tx, long afterMicros, String afterName, int most) {
        return find(tx, PAGE, SqlValue.of(afterMicros), SqlValue.of(afterName), SqlValue.of(most));
    }

    /** When the next one is due, of those of the kind; 0 if there is none. */
    static long next(ReadTransaction tx, boolean watched) {
        var call = SqlCall.ofNode(NEXT, List.of(SqlValue.of(watched ? 1 : 0)));
        return integer(tx.query(call).rows().getFirst().getFirst());
    }

    static boolean isThere(ReadTransaction tx) {
        return !tx.query(IS_THERE).rows().isEmpty();
    }

    private static long run(WriteTransaction tx, String sql, SqlValue... parameters) {
        return tx.execute(SqlCall.ofNode(sql, List.of(parameters))).changes();
    }

    private static List<StoredAlarm> find(ReadTransaction tx, String sql, SqlValue... parameters) {
        if (!isThere(tx)) {
            return List.of();
        }
        return tx.query(SqlCall.ofNode(sql, List.of(parameters))).rows().stream()
                .map(AlarmTable::alarm)
                .toList();
    }

    private static StoredAlarm alarm(List<SqlValue> row) {
        return new StoredAlarm(
                text(row.get(0)),
                integer(row.get(1)),
                blob(row.get(2)),
                integer(row.get(3)),
                new StoredAlarm.Tries(
                        (int) integer(row.get(4)), integer(row.get(5)), text(row.get(6))));
    }
}
