package dev.atoll.node.catalog;

import static dev.atoll.node.sqlite.SqlValue.blob;
import static dev.atoll.node.sqlite.SqlValue.integer;
import static dev.atoll.node.sqlite.SqlValue.text;

import dev.atoll.node.sqlite.PlainDatabase;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.InstanceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * due(incarnation, namespace, own_at, watched_at, failures, sum)
 *   own_at      when the node has something to do; NULL for never
 *   watched_at  when a service that watches has; NULL for never
 *   failures    how often in a row it could not be done
 * </pre>
 */
public final class DueTable {
    private static final Logger LOG = LoggerFactory.getLogger(DueTable.class);

    static final String NAME = "due";

    /** Where its columns are in its rows, before those of the instance. */
    private static final int OWN_AT = 2;

    private static final int WATCHED_AT = 3;
    private static final int FAILURES = 4;
    private static final int COLUMNS = 6;

    private static final Duration AGAIN_MIN = Duration.ofSeconds(1);
    private static final Duration AGAIN_MAX = Duration.ofMinutes(5);
    private static final int DOUBLED_MAX = 9;

    /** Those that are left out must not cost a query each. */
    private static final int PAGE_MIN = 128;

    private static final String FOUND =
            "SELECT due.*, instance.* FROM due CROSS JOIN instance ON instance.incarnation ="
                    + " due.incarnation WHERE %2$s (%1$s, due.incarnation) > (?, ?) AND %1$s <= ?"
                    + " ORDER BY %1$s, due.incarnation LIMIT ? OFFSET ?";
    private static final String OWN = FOUND.formatted("own_at", "");
    private static final String WATCHED = FOUND.formatted("watched_at", "namespace = ? AND");

    /** That many are told of; with more the disk has told of itself. */
    private static final int DAMAGED_MAX = 100;

    private final PlainDatabase database;
    private final Set<SqlValue> damaged = ConcurrentHashMap.newKeySet();

    DueTable(PlainDatabase database) {
        this.database = database;
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
        put(incarnation, due, 0);
    }

    /** Notes what an instance will want if a transaction is committed, or wants already. */
    public void putEarlier(long incarnation, Due due) {
        var _ =
                database.transaction(
                        () -> {
                            var known = row(incarnation);
                            put(
                                    incarnation,
                                    known.map(row -> earlier(row, due)).orElse(due),
                                    known.map(row -> integer(row.get(FAILURES))).orElse(0L));
                            return true;
                        });
    }

    private static Due earlier(List<SqlValue> row, Due due) {
        return new Due(
                due.namespace(),
                earlier(micros(row.get(OWN_AT)), due.ownMicros()),
                earlier(micros(row.get(WATCHED_AT)), due.watchedMicros()));
    }

    private static long earlier(long one, long other) {
        return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
    }

    /** Puts off an instance that could not be served: longer each time. */
    public void postpone(long incarnation, long nowMicros) {
        var _ =
                database.transaction(
                        () -> {
                            var known = row(incarnation);
                            known.ifPresent(row -> postpone(row, nowMicros));
                            return known.isPresent();
                        });
    }

    private void postpone(List<SqlValue> row, long nowMicros) {
        long failures = integer(row.get(FAILURES));
        long wait = micros(AGAIN_MIN) << Math.min(failures, DOUBLED_MAX);
        put(
                integer(row.get(0)),
                new Due(
                        text(row.get(1)),
                        nowMicros + Math.min(micros(AGAIN_MAX), wait),
                        micros(row.get(WATCHED_AT))),
                failures + 1);
    }

    private Optional<List<SqlValue>> row(long incarnation) {
        return database
                .run("SELECT * FROM due WHERE incarnation = ?", SqlValue.of(incarnation))
                .rows()
                .stream()
                .map(row -> CatalogTables.checked(NAME, row))
                .findFirst();
    }

    private void put(long incarnation, Due due, long failures) {
        CatalogTables.put(
                database,
                NAME,
                SqlValue.of(incarnation),
                SqlValue.of(due.namespace()),
                time(due.ownMicros()),
                time(due.watchedMicros()),
                SqlValue.of(failures));
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
        return find(new Query(OWN, OWN_AT, List.of(), nowMicros), shards, skipped, most);
    }

    /** The same, of those of a namespace in which a service that watches has something to do. */
    public List<Found> findWatched(
            String namespace, long nowMicros, BitSet shards, LongPredicate skipped, int most) {
        var first = List.of(SqlValue.of(namespace));
        return find(new Query(WATCHED, WATCHED_AT, first, nowMicros), shards, skipped, most);
    }

    /**
     * What is asked page by page.
     *
     * @param column where the time is in the rows
     * @param first the parameters that come before those that each query has
     */
    private record Query(String sql, int column, List<SqlValue> first, long nowMicros) {
        List<SqlValue> after(Place place, int page) {
            var parameters = new ArrayList<>(first);
            parameters.add(SqlValue.of(place.atMicros()));
            parameters.add(SqlValue.of(place.incarnation()));
            parameters.add(SqlValue.of(nowMicros));
            parameters.add(SqlValue.of(page));
            parameters.add(SqlValue.of(place.damaged()));
            return parameters;
        }
    }

    /**
     * How far a search is: behind a row that is as it was written, and so many more that are not.
     * Their values cannot be gone by.
     */
    private record Place(long atMicros, long incarnation, int damaged) {
        static final Place START = new Place(Long.MIN_VALUE, 0, 0);

        Place behindOneMore() {
            return new Place(atMicros, incarnation, damaged + 1);
        }

        boolean isBefore(Place other) {
            return atMicros < other.atMicros
                    || (atMicros == other.atMicros && incarnation < other.incarnation);
        }
    }

    /** One damaged row must not hide the others, for whom nobody else would look. */
    private List<Found> find(Query query, BitSet shards, LongPredicate skipped, int most) {
        var found = new ArrayList<Found>();
        var place = Place.START;
        boolean more = true;
        while (more && found.size() < most) {
            var parameters = query.after(place, page(most));
            var rows = database.run(query.sql(), parameters.toArray(SqlValue[]::new)).rows();
            for (var row : rows) {
                var due = row.subList(0, COLUMNS);
                var instance = row.subList(COLUMNS, row.size());
                var next = place(due, query.column()).filter(place::isBefore);
                place = next.orElse(place.behindOneMore());
                if (next.isEmpty()) {
                    warn(NAME, due.getFirst());
                } else if (!CatalogTables.isAsWritten(InstanceRows.TABLE, instance)) {
                    warn(InstanceRows.TABLE, due.getFirst());
                } else if (shards.get((int) integer(instance.get(1)))
                        && !skipped.test(place.incarnation())
                        && found.size() < most) {
                    found.add(
                            new Found(
                                    key(instance.getFirst()),
                                    place.incarnation(),
                                    place.atMicros()));
                }
            }
            more = rows.size() == page(most);
        }
        return found;
    }

    /** Of a row; empty if it is not what was written. */
    private static Optional<Place> place(List<SqlValue> due, int column) {
        return CatalogTables.isAsWritten(NAME, due)
                ? Optional.of(new Place(integer(due.get(column)), integer(due.getFirst()), 0))
                : Optional.empty();
    }

    /** Once for each: it is found again at every look. */
    private void warn(String table, SqlValue incarnation) {
        if (damaged.size() < DAMAGED_MAX && damaged.add(incarnation)) {
            LOG.atWarn()
                    .addKeyValue("table", table)
                    .addKeyValue("incarnation", incarnation)
                    .log(
                            "a row of the catalogue is damaged: what is due in its instance waits for a"
                                    + " restart, which makes the catalogue anew");
        }
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

    private static long micros(SqlValue time) {
        return time instanceof SqlValue.Integer64(long micros) ? micros : 0;
    }

    private static SqlValue time(long micros) {
        return micros == 0 ? SqlValue.NULL : SqlValue.of(micros);
    }

    private static InstanceKey key(SqlValue value) {
        return InstanceKey.ofBytes(blob(value).toByteArray());
    }
}
