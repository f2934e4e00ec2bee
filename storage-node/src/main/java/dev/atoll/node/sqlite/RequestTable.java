package dev.atoll.node.sqlite;

import com.google.protobuf.ByteString;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The requests that an instance remembers, so that each has one effect however often it is sent.
 * One thread at a time.
 *
 * <p>A ring by rowid: those that were settled together, and are of about the same time, share a
 * row, since a row for each costs a commit more than the commit itself. The time of the newest of
 * them, as its UUIDv7 says it, is in the row's key; so new ones go to the end of the table, a
 * look-up reads few rows, forgetting cuts off the front, and no second index is needed.
 *
 * <p>What is forgotten is refused: {@code floor} is the time below which nothing is remembered. It
 * rises with the window, and faster where so many requests come that the ring is full.
 *
 * <pre>
 * key                          | oldest | requests
 * newest millis << 16 | number | millis | entries one after the other, see {@link RequestEntry}
 * </pre>
 */
final class RequestTable {
    static final Duration WINDOW = Duration.ofMinutes(15);
    static final long REPLY_BYTES_MAX = 1 << 20;

    /** The bytes of a ring that was not measured since its file was opened. */
    static final long UNKNOWN = -1;

    /** So much an instance may take beyond its own size limit. */
    static final long BYTES_MAX = 64L << 20;

    /** What a row takes beside its entries, roughly. */
    private static final long ROW_BYTES = 40;

    private static final int HASH_BITS = 15;

    /** Of the rows of a millisecond: more do not fit into the ring. */
    private static final int NUMBER_BITS = 16;

    private static final long NUMBER_MAX = (1 << NUMBER_BITS) - 1;

    /** So far apart the requests of a row may be: a look-up reads the rows of that time. */
    private static final long ROW_MILLIS_MAX = 1_000;

    /** One that is larger has a row of its own. */
    private static final int ROW_ENTRIES_BYTES_MAX = RequestMemory.CARRIED_BYTES_MAX;

    /**
     * Cutting off twice as many rows as came since keeps the ring from growing, and most commits
     * short.
     */
    private static final int SWEEP_EVERY = 16;

    private static final String CREATE =
            "CREATE TABLE _atoll_request (key INTEGER PRIMARY KEY, oldest INTEGER NOT NULL, requests"
                    + " BLOB NOT NULL) STRICT";

    private static final String FIND =
            "SELECT requests FROM main._atoll_request WHERE key BETWEEN ? AND ? AND oldest <= ?";

    private static final String ALL = "SELECT requests FROM main._atoll_request";

    private static final String NEWEST =
            "SELECT key FROM main._atoll_request ORDER BY key DESC LIMIT 1";

    private static final String NEWEST_BETWEEN =
            "SELECT key FROM main._atoll_request WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT 1";

    private static final String ONE = "SELECT requests FROM main._atoll_request WHERE key = ?";

    private static final String EXTEND =
            "UPDATE main._atoll_request SET requests = ?, oldest = min(oldest, ?) WHERE key = ?";

    private static final String INSERT = "INSERT INTO main._atoll_request VALUES (?, ?, ?)";

    private static final String OLDEST =
            " FROM main._atoll_request WHERE key < ? ORDER BY key LIMIT ?";

    private static final String MEASURE =
            "SELECT max(key), sum(length(requests) + "
                    + ROW_BYTES
                    + ") FROM (SELECT key, requests"
                    + OLDEST
                    + ")";

    private static final String FORGET = "DELETE" + OLDEST;

    private final SqliteConnection connection;
    private int rowsSinceSweep;

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
        return connection.search(
                FIND,
                row ->
                        entries(row.blob(0)).stream()
                                .filter(entry -> entry.request().equals(request))
                                .map(RequestEntry::remembered)
                                .findFirst(),
                firstKey(request.millis()),
                lastKey(request.millis() + ROW_MILLIS_MAX),
                request.millis());
    }

    private static long firstKey(long millis) {
        return millis << NUMBER_BITS;
    }

    private static long lastKey(long millis) {
        return firstKey(millis) | NUMBER_MAX;
    }

    private static List<RequestEntry> entries(ByteString row) {
        var bytes = row.asReadOnlyByteBuffer();
        var found = new ArrayList<RequestEntry>();
        while (bytes.hasRemaining()) {
            found.add(RequestEntry.read(bytes));
        }
        return found;
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
        for (var row : rows(entries)) {
            bytes += insert(row) + ROW_BYTES;
            rowsSinceSweep++;
        }
        if (level.bytes() == UNKNOWN) {
            return sweep(new Level(measureAll(), level.floorMillis()), now);
        }
        var grown = new Level(bytes, level.floorMillis());
        return rowsSinceSweep < SWEEP_EVERY && bytes <= BYTES_MAX ? grown : sweep(grown, now);
    }

    private static List<Row> rows(List<RequestEntry> entries) {
        var all = Row.of(entries);
        if (all.fits() || entries.size() == 1) {
            return List.of(all);
        }
        var byTime = new ArrayList<>(entries);
        byTime.sort(Comparator.comparingLong(entry -> entry.request().millis()));
        var found = new ArrayList<Row>();
        for (int from = 0; from < byTime.size(); ) {
            int end = from + 1;
            while (end < byTime.size() && Row.of(byTime.subList(from, end + 1)).fits()) {
                end++;
            }
            found.add(Row.of(byTime.subList(from, end)));
            from = end;
        }
        return found;
    }

    /** Requests that are to share a row, and the times of two of them. */
    private record Row(List<RequestEntry> entries, long oldest, long newest, int bytesMax) {
        static Row of(List<RequestEntry> entries) {
            long oldest = Long.MAX_VALUE;
            long newest = Long.MIN_VALUE;
            int bytes = 0;
            for (var entry : entries) {
                long millis = entry.request().millis();
                oldest = Math.min(oldest, millis);
                newest = Math.max(newest, millis);
                bytes += entry.bytesMax();
            }
            return new Row(entries, oldest, newest, bytes);
        }

        boolean fits() {
            return newest - oldest <= ROW_MILLIS_MAX && bytesMax <= ROW_ENTRIES_BYTES_MAX;
        }
    }

    /** No request has a higher key; below all others if there is none. */
    long newestKey() throws SQLException {
        return connection
                .findFirst(NEWEST, row -> ((millis(row.longValue(0)) + 1) << HASH_BITS) - 1)
                .orElse(Long.MIN_VALUE);
    }

    private static long millis(long rowKey) {
        return rowKey >> NUMBER_BITS;
    }

    /** The bytes that its rows take, roughly. */
    long measureAll() throws SQLException {
        return connection.number(
                "SELECT coalesce(sum(length(requests) + "
                        + ROW_BYTES
                        + "), 0) FROM main._atoll_request");
    }

    /** How many it holds. */
    long count() throws SQLException {
        var count = new AtomicLong();
        var _ =
                connection.search(
                        ALL,
                        row -> {
                            count.addAndGet(entries(row.blob(0)).size());
                            return Optional.empty();
                        });
        return count.get();
    }

    /** Adds one row; how many bytes its entries take. */
    private int insert(Row row) throws SQLException {
        var out = ByteBuffer.allocate(row.bytesMax());
        row.entries().forEach(entry -> entry.put(out));
        var entries = Arrays.copyOf(out.array(), out.position());
        long last = lastKey(row.newest());
        long newest =
                connection
                        .findFirst(
                                NEWEST_BETWEEN,
                                found -> found.longValue(0),
                                firstKey(row.newest()),
                                last)
                        .orElse(firstKey(row.newest()) - 1);
        if (newest < last) {
            connection.run(INSERT, newest + 1, row.oldest(), entries);
        } else {
            // The millisecond has no number left: whoever makes up ids could bring that about.
            connection.run(EXTEND, joined(last, entries), row.oldest(), last);
        }
        return entries.length;
    }

    private byte[] joined(long key, byte[] more) throws SQLException {
        var before =
                connection
                        .findFirst(ONE, found -> found.blob(0).toByteArray(), key)
                        .orElseThrow(() -> new IllegalStateException("row " + key + ": is gone"));
        var both = Arrays.copyOf(before, before.length + more.length);
        System.arraycopy(more, 0, both, before.length, more.length);
        return both;
    }

    private Level sweep(Level level, Instant now) throws SQLException {
        long windowFloor = now.minus(WINDOW).toEpochMilli();
        boolean full = level.bytes() > BYTES_MAX;
        long below = full ? Long.MAX_VALUE : firstKey(windowFloor);
        // If the ring is full, even one row more may be too much.
        long rows = 2L * Math.max(SWEEP_EVERY, rowsSinceSweep);
        rowsSinceSweep = 0;
        var oldest =
                connection
                        .findFirst(
                                MEASURE,
                                row -> new Level(row.longValue(1), millis(row.longValue(0))),
                                below,
                                rows)
                        .orElse(Level.EMPTY);
        connection.run(FORGET, below, rows);
        long floor = Math.max(level.floorMillis(), windowFloor);
        // What shares its millisecond with the newest one forgotten may be forgotten too.
        return new Level(
                Math.max(0, level.bytes() - oldest.bytes()),
                full ? Math.max(floor, oldest.floorMillis() + 1) : floor);
    }
}
