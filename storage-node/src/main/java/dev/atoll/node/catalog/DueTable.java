package dev.atoll.node.catalog;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.PlainDatabase;
import dev.atoll.node.sqlite.SqlResult;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.InstanceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * The part of the catalogue that tells which instances are due, found by an index: an instance that
 * waits costs a row on the disk, and no memory. Thread-safe.
 *
 * <p>The invariant: no row says later than what its instance wants, nor is it missing, unless the
 * instance could not be served when it was due, and is {@link #postpone postponed}. So whoever
 * commits notes an earlier time before, and only the instance's lane, while nothing is under way,
 * makes it later.
 *
 * <pre>
 * due(incarnation, namespace, own_at, watched_at, failures)
 *   own_at      when the node has something to do; NULL for never
 *   watched_at  when a service that watches has; NULL for never
 *   failures    how often in a row it could not be done
 * </pre>
 */
public final class DueTable {
    private static final Duration AGAIN_MIN = Duration.ofSeconds(1);
    private static final Duration AGAIN_MAX = Duration.ofMinutes(5);
    private static final int DOUBLED_MAX = 9;

    /** Those that are left out must not cost a query each. */
    private static final int PAGE_MIN = 128;

    private static final String FOUND =
            "SELECT instance.key, instance.shard, due.incarnation, %1$s FROM due CROSS JOIN instance"
                    + " ON instance.incarnation = due.incarnation WHERE %2$s (%1$s,"
                    + " due.incarnation) > (?, ?) AND %1$s <= ? ORDER BY %1$s, due.incarnation"
                    + " LIMIT ?";
    private static final String OWN = FOUND.formatted("own_at", "");
    private static final String WATCHED = FOUND.formatted("watched_at", "namespace = ? AND");

    private final PlainDatabase database;

    DueTable(PlainDatabase database) {
        this.database = database;
    }

    static void create(PlainDatabase database) {
        database.run(
                "CREATE TABLE IF NOT EXISTS due(incarnation INTEGER PRIMARY KEY, namespace TEXT NOT"
                        + " NULL, own_at INTEGER, watched_at INTEGER, failures INTEGER NOT NULL)");
        database.run(
                "CREATE INDEX IF NOT EXISTS due_own ON due(own_at, incarnation) WHERE own_at IS NOT"
                        + " NULL");
        database.run(
                "CREATE INDEX IF NOT EXISTS due_watched ON due(namespace, watched_at, incarnation)"
                        + " WHERE watched_at IS NOT NULL");
    }

    /**
     * An instance that is due.
     *
     * @param atMicros since when
     */
    public record Found(InstanceKey key, long incarnation, long atMicros) {}

    /** Notes what an instance wants while nothing of it is under way. */
    public void put(long incarnation, Due due) {
        if (due.ownMicros() == 0 && due.watchedMicros() == 0) {
            remove(incarnation);
            return;
        }
        database.run(
                "INSERT OR REPLACE INTO due VALUES (?, ?, ?, ?, 0)",
                SqlValue.of(incarnation),
                SqlValue.of(due.namespace()),
                time(due.ownMicros()),
                time(due.watchedMicros()));
    }

    /** Notes what an instance will want if a transaction is committed, or wants already. */
    public void putEarlier(long incarnation, Due due) {
        database.run(
                "INSERT INTO due VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT DO UPDATE SET namespace ="
                        + " ?2, own_at = min(ifnull(own_at, ?3), ifnull(?3, own_at)), watched_at ="
                        + " min(ifnull(watched_at, ?4), ifnull(?4, watched_at))",
                SqlValue.of(incarnation),
                SqlValue.of(due.namespace()),
                time(due.ownMicros()),
                time(due.watchedMicros()));
    }

    /** Puts off an instance that could not be served: longer each time. */
    public void postpone(long incarnation, long nowMicros) {
        database.run(
                "UPDATE due SET failures = failures + 1, own_at = ?2 + min(?4, ?3 << min(failures,"
                        + " ?5)) WHERE incarnation = ?1",
                SqlValue.of(incarnation),
                SqlValue.of(nowMicros),
                SqlValue.of(micros(AGAIN_MIN)),
                SqlValue.of(micros(AGAIN_MAX)),
                SqlValue.of(DOUBLED_MAX));
    }

    /** Nothing is to be done for it any more. */
    public void remove(long incarnation) {
        database.run("DELETE FROM due WHERE incarnation = ?", SqlValue.of(incarnation));
    }

    /**
     * Instances for which the node has something to do, longest due first.
     *
     * @param shards only those in them
     * @param skipped which incarnations to leave out
     */
    public List<Found> findOwn(long nowMicros, BitSet shards, LongPredicate skipped, int most) {
        return find(
                (at, incarnation) ->
                        database.run(
                                OWN,
                                SqlValue.of(at),
                                SqlValue.of(incarnation),
                                SqlValue.of(nowMicros),
                                SqlValue.of(page(most))),
                shards,
                skipped,
                most);
    }

    /** The same, of those of a namespace in which a service that watches has something to do. */
    public List<Found> findWatched(
            String namespace, long nowMicros, BitSet shards, LongPredicate skipped, int most) {
        return find(
                (at, incarnation) ->
                        database.run(
                                WATCHED,
                                SqlValue.of(namespace),
                                SqlValue.of(at),
                                SqlValue.of(incarnation),
                                SqlValue.of(nowMicros),
                                SqlValue.of(page(most))),
                shards,
                skipped,
                most);
    }

    /** A page of rows behind a place. */
    private interface Pages {
        SqlResult after(long atMicros, long incarnation);
    }

    private static List<Found> find(Pages pages, BitSet shards, LongPredicate skipped, int most) {
        var found = new ArrayList<Found>();
        long at = Long.MIN_VALUE;
        long incarnation = 0;
        boolean more = true;
        while (more && found.size() < most) {
            var rows = pages.after(at, incarnation).rows();
            for (var row : rows) {
                incarnation = integer(row.get(2));
                at = integer(row.get(3));
                if (shards.get((int) integer(row.get(1)))
                        && !skipped.test(incarnation)
                        && found.size() < most) {
                    found.add(new Found(key(row.get(0)), incarnation, at));
                }
            }
            more = rows.size() == page(most);
        }
        return found;
    }

    private static int page(int most) {
        return Math.max(PAGE_MIN, most);
    }

    /** When the node has something to do next, after that moment; MAX_VALUE for never. */
    public long nextOwn(long afterMicros) {
        return integer(
                database.run(
                                "SELECT ifnull(min(own_at), 9223372036854775807) FROM due WHERE"
                                        + " own_at > ?",
                                SqlValue.of(afterMicros))
                        .rows()
                        .getFirst()
                        .getFirst());
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    private static SqlValue time(long micros) {
        return micros == 0 ? SqlValue.NULL : SqlValue.of(micros);
    }

    private static InstanceKey key(SqlValue value) {
        ByteString bytes = ((SqlValue.Blob) value).value();
        return InstanceKey.ofBytes(bytes.toByteArray());
    }

    private static long integer(SqlValue value) {
        return ((SqlValue.Integer64) value).value();
    }
}
