package dev.atoll.node.sqlite;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The requests that an instance remembers, so that each has one effect however often it is sent.
 * One thread at a time.
 *
 * <p>A ring by rowid: the time in a UUIDv7 and a hash of principal and id make the key, so new
 * requests go to the end of the table, a look-up is one descent, and forgetting cuts off the front;
 * no second index is needed, and a request costs one page. Requests of one millisecond whose hash
 * is the same take the next free keys.
 *
 * <p>What is forgotten is refused: {@code floor} is the time below which nothing is remembered. It
 * rises with the window, and faster where so many requests come that the ring is full.
 *
 * <pre>
 * key                   | principal     | id  | digest | reply
 * millis << 15 | hash15 | service:shop  | 16B | 32B    | bytes
 * </pre>
 */
final class RequestTable {
    static final Duration WINDOW = Duration.ofMinutes(15);
    static final long REPLY_BYTES_MAX = 1 << 20;

    /** The bytes of a ring that was not measured since its file was opened. */
    static final long UNKNOWN = -1;

    /** So much an instance may take beyond its own size limit. */
    static final long BYTES_MAX = 64L << 20;

    /** What a row takes beside its reply, roughly. */
    private static final long ROW_BYTES = 160;

    private static final int HASH_BITS = 15;
    private static final int PROBES = 8;

    /** Cutting off 256 at every 64th keeps the ring from growing, and most commits short. */
    private static final int SWEEP_EVERY = 64;

    private static final int SWEEP_ROWS = 256;

    private static final String CREATE =
            "CREATE TABLE _atoll_request (key INTEGER PRIMARY KEY, principal TEXT NOT NULL, id BLOB"
                    + " NOT NULL, digest BLOB NOT NULL, reply BLOB NOT NULL) STRICT";

    private static final String FIND =
            "SELECT digest, reply FROM main._atoll_request WHERE key BETWEEN ? AND ? AND principal ="
                    + " ? AND id = ?";

    private static final String NEWEST =
            "SELECT key FROM main._atoll_request ORDER BY key DESC LIMIT 1";

    private static final String INSERT =
            "INSERT OR IGNORE INTO main._atoll_request VALUES (?, ?, ?, ?, ?)";

    private static final String OLDEST =
            " FROM main._atoll_request WHERE key < ? ORDER BY key LIMIT " + SWEEP_ROWS;

    private static final String MEASURE =
            "SELECT max(key), sum(length(reply) + "
                    + ROW_BYTES
                    + ") FROM (SELECT key, reply"
                    + OLDEST
                    + ")";

    private static final String FORGET = "DELETE" + OLDEST;

    private final SqliteConnection connection;
    private int sinceSweep;

    /** Whose request it is, and which. */
    record Request(String principal, UUID id) {
        /** The first 48 bits of a UUIDv7 are milliseconds since 1970. */
        long millis() {
            return id.getMostSignificantBits() >>> 16;
        }

        long key() {
            int hash =
                    31 * principal.hashCode()
                            + Long.hashCode(id.getMostSignificantBits())
                            + 31 * Long.hashCode(id.getLeastSignificantBits());
            int mixed = (hash * 0x9E3779B9) >>> (Integer.SIZE - HASH_BITS);
            return (millis() << HASH_BITS) | mixed;
        }

        byte[] idBytes() {
            return ByteBuffer.allocate(16)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .array();
        }
    }

    /**
     * How full the ring is.
     *
     * @param bytes that its rows take, roughly
     * @param floorMillis requests of before that time are forgotten
     */
    record Level(long bytes, long floorMillis) {
        static final Level EMPTY = new Level(0, 0);
    }

    RequestTable(SqliteConnection connection) {
        this.connection = connection;
    }

    static void create(SqliteConnection connection) throws SQLException {
        connection.runOnce(CREATE);
    }

    /** Throws VALIDATION_FAILED or REQUEST_ID_EXPIRED. */
    static void check(Request request, Instant now, Level level) {
        var id = request.id();
        if (id.version() != 7 || id.variant() != 2) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED, "request_id: " + id + " (expected: a UUIDv7)");
        }
        long millis = request.millis();
        if (millis > now.plus(WINDOW).toEpochMilli()) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "request_id: of "
                            + Instant.ofEpochMilli(millis)
                            + " (expected: not in the future)");
        }
        long floor = Math.max(level.floorMillis(), now.minus(WINDOW).toEpochMilli());
        if (millis < floor) {
            throw Failure.of(
                    Reason.REQUEST_ID_EXPIRED,
                    "request_id: of "
                            + Instant.ofEpochMilli(millis)
                            + " (expected: "
                            + Instant.ofEpochMilli(floor)
                            + " or later; what was before is no longer remembered)");
        }
    }

    Optional<Remembered> find(Request request) throws SQLException {
        long key = request.key();
        return connection.findFirst(
                FIND,
                row -> new Remembered(row.blob(0), row.blob(1)),
                key,
                key + PROBES - 1,
                request.principal(),
                request.idBytes());
    }

    /** Throws LIMIT_EXCEEDED. */
    static void check(Remembered remembered) {
        if (remembered.reply().size() > REPLY_BYTES_MAX) {
            throw Failure.limitExceeded(
                    "reply of a Mutate with request_id, in bytes",
                    REPLY_BYTES_MAX,
                    remembered.reply().size());
        }
    }

    /** Remembers them all, forgets what is due, and says how full the ring is then. */
    Level add(List<RequestEntry> entries, Instant now, Level level) throws SQLException {
        long bytes = level.bytes();
        for (var entry : entries) {
            insert(entry.request(), entry.remembered());
            bytes += ROW_BYTES + entry.remembered().reply().size();
        }
        if (level.bytes() == UNKNOWN) {
            return sweep(new Level(measureAll(), level.floorMillis()), now);
        }
        sinceSweep += entries.size();
        var grown = new Level(bytes, level.floorMillis());
        if (sinceSweep < SWEEP_EVERY && bytes <= BYTES_MAX) {
            return grown;
        }
        sinceSweep = 0;
        return sweep(grown, now);
    }

    /** The highest key in the table; below all others if there is none. */
    long newestKey() throws SQLException {
        return connection.findFirst(NEWEST, row -> row.longValue(0)).orElse(Long.MIN_VALUE);
    }

    private long measureAll() throws SQLException {
        return connection.number(
                "SELECT coalesce(sum(length(reply) + "
                        + ROW_BYTES
                        + "), 0) FROM main._atoll_request");
    }

    /** How many it holds. */
    long count() throws SQLException {
        return connection.number("SELECT count(*) FROM main._atoll_request");
    }

    private void insert(Request request, Remembered remembered) throws SQLException {
        long key = request.key();
        for (int probe = 0; probe < PROBES; probe++) {
            connection.run(
                    INSERT,
                    key + probe,
                    request.principal(),
                    request.idBytes(),
                    remembered.digest().toByteArray(),
                    remembered.reply().toByteArray());
            if (connection.changes() > 0) {
                return;
            }
        }
        throw Failure.of(
                Reason.VALIDATION_FAILED,
                "request_id: "
                        + request.id()
                        + " (expected: one with random bits; many like it are in use)");
    }

    private Level sweep(Level level, Instant now) throws SQLException {
        long windowFloor = now.minus(WINDOW).toEpochMilli();
        boolean full = level.bytes() > BYTES_MAX;
        long below = full ? Long.MAX_VALUE : windowFloor << HASH_BITS;
        var oldest =
                connection
                        .findFirst(
                                MEASURE,
                                row -> new Level(row.longValue(1), row.longValue(0) >> HASH_BITS),
                                below)
                        .orElse(Level.EMPTY);
        connection.run(FORGET, below);
        long floor = Math.max(level.floorMillis(), windowFloor);
        // What shares its millisecond with the newest one forgotten may be forgotten too.
        return new Level(
                Math.max(0, level.bytes() - oldest.bytes()),
                full ? Math.max(floor, oldest.floorMillis() + 1) : floor);
    }
}
