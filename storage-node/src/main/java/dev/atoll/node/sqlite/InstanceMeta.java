package dev.atoll.node.sqlite;

import com.google.protobuf.ByteString;
import dev.atoll.node.journal.DatabaseState;
import dev.atoll.node.sqlite.InstanceDatabase.Identity;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * What an instance's file says of itself: the only row of {@code _atoll_meta}. Immutable.
 *
 * <p>Times are microseconds since 1970.
 *
 * <pre>
 * one | format | incarnation      | instance_key | created_at       | request_floor
 *   1 |      2 | 1795239253000000 | user:alice   | 1795239253000100 | 1795238390123
 * </pre>
 *
 * <p>What there is to say of the newest commit is not in the file: raising its number would cost
 * each commit a page more. It is beside the file, and in the journal.
 *
 * @param createdAt when the instance was made
 * @param newest of its commits
 * @param requests how full the memory of requests is
 */
record InstanceMeta(
        Identity identity, Instant createdAt, Newest newest, RequestTable.Level requests) {
    /** Of the tables that the node keeps in an instance. */
    private static final int FORMAT = 3;

    private static final String CREATE =
            "CREATE TABLE _atoll_meta (one INTEGER PRIMARY KEY CHECK (one = 1), format INTEGER NOT"
                    + " NULL, incarnation INTEGER NOT NULL, instance_key BLOB NOT NULL, created_at"
                    + " INTEGER NOT NULL, request_floor INTEGER NOT NULL) STRICT";

    private static final String INSERT = "INSERT INTO _atoll_meta VALUES (1, ?, ?, ?, ?, 0)";

    private static final String SELECT =
            "SELECT format, incarnation, instance_key, created_at, request_floor FROM"
                    + " main._atoll_meta";

    private static final String UPDATE = "UPDATE main._atoll_meta SET request_floor = ?";

    /**
     * Of the newest commit.
     *
     * @param commit its number; 0 before the first
     * @param timeMicros its time
     * @param wakeMicros when the instance wants to be woken; 0 for never
     * @param schemaVersion the version of the declarations that the tables were brought to; 0
     *     before any
     */
    record Newest(long commit, long timeMicros, long wakeMicros, long schemaVersion) {
        static final Newest NONE = new Newest(0, 0, 0, 0);

        /** What its record says beside its pages. */
        DatabaseState state(int pageCount) {
            return new DatabaseState(pageCount, wakeMicros, schemaVersion);
        }
    }

    /** Writes the first one, into an empty database. */
    static InstanceMeta create(SqliteConnection connection, Identity identity, Instant now)
            throws SQLException {
        connection.runOnce(CREATE);
        connection.run(
                INSERT, (long) FORMAT, identity.incarnation(), identity.key().bytes(), micros(now));
        return new InstanceMeta(
                identity, instant(micros(now)), Newest.NONE, RequestTable.Level.EMPTY);
    }

    /** Reads it, and throws INSTANCE_QUARANTINED if it is not of that identity. */
    static InstanceMeta read(SqliteConnection connection, Identity identity, PageSums.Folded folded)
            throws SQLException {
        var errors = connection.errors();
        return connection
                .findOnce(SELECT, row -> read(row, identity, folded, errors))
                .orElseThrow(() -> errors.quarantined("_atoll_meta: no row"));
    }

    private static InstanceMeta read(
            Prepared row, Identity identity, PageSums.Folded folded, SqliteErrors errors)
            throws SQLException {
        expect("_atoll_meta: format", row.longValue(0), FORMAT, errors);
        expect("incarnation", row.longValue(1), identity.incarnation(), errors);
        if (!row.blob(2).equals(ByteString.copyFrom(identity.key().bytes()))) {
            throw errors.quarantined(
                    "instance '"
                            + SqliteErrors.brief(row.blob(2).toStringUtf8())
                            + "' (expected: '"
                            + identity.key()
                            + "')");
        }
        return new InstanceMeta(
                identity,
                instant(row.longValue(3)),
                new Newest(
                        folded.commit(),
                        folded.timeMicros(),
                        folded.nextAlarmMicros(),
                        folded.schemaVersion()),
                new RequestTable.Level(RequestTable.UNKNOWN, row.longValue(4)));
    }

    private static void expect(String what, long found, long expected, SqliteErrors errors) {
        if (found != expected) {
            throw errors.quarantined(what + ' ' + found + " (expected: " + expected + ')');
        }
    }

    /** What it will be after the next commit; time never goes back. */
    InstanceMeta next(Instant now, RequestTable.Level level) {
        var next =
                new Newest(
                        newest.commit() + 1,
                        Math.max(newest.timeMicros(), micros(now)),
                        newest.wakeMicros(),
                        newest.schemaVersion());
        return new InstanceMeta(identity, createdAt, next, level);
    }

    /** The same, to be woken then. */
    InstanceMeta waking(long micros) {
        return with(
                new Newest(newest.commit(), newest.timeMicros(), micros, newest.schemaVersion()));
    }

    /** The same, of tables that were brought to that version of the declarations. */
    InstanceMeta atSchema(long version) {
        return with(new Newest(newest.commit(), newest.timeMicros(), newest.wakeMicros(), version));
    }

    private InstanceMeta with(Newest other) {
        return new InstanceMeta(identity, createdAt, other, requests);
    }

    long commit() {
        return newest.commit();
    }

    long lastCommitMicros() {
        return newest.timeMicros();
    }

    /** Writes what the file keeps of it into the transaction that runs. */
    void write(SqliteConnection connection) throws SQLException {
        connection.run(UPDATE, requests.floorMillis());
    }

    Optional<Instant> lastCommitAt() {
        return commit() == 0 ? Optional.empty() : Optional.of(instant(lastCommitMicros()));
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
