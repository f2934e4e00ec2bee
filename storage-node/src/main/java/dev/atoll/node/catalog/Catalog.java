package dev.atoll.node.catalog;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.PlainDatabase;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The catalogue in its SQLite file: a view of what the journal and the instances' files say.
 * Thread-safe.
 *
 * <p>A change is durable after {@link #appliedUpTo}; one that a crash takes back is found in the
 * journal, which is kept for as long.
 *
 * <pre>
 * instance(key, shard, incarnation, created_at, creating, commit_number, last_commit_at, bytes)
 *   key        the bytes, so that the order is the order of keys
 *   creating   1 until the first commit is durable: such an instance was promised to nobody
 *   times      microseconds since 1970
 * applied(position)              of the journal: all before it is in here
 * seen_durable(position)         of the journal: it was durable up to there, at least
 * set_aside(incarnation, why)    those that cannot be served
 * unreadable(shard, file)        files whose key nobody can tell
 * high_water(incarnation)        the highest ever given
 * due(...)                       see {@link DueTable}
 *
 * every row ends with sum, a CRC-32C of its values
 * </pre>
 */
public final class Catalog implements AutoCloseable {
    private static final ByteString PAST_UTF8 = ByteString.copyFrom(new byte[] {(byte) 0xff});

    private final PlainDatabase database;
    private final DueTable due;
    private final AtomicLong version = new AtomicLong();

    /** Removed, but their rows could not be: the disk was full. */
    private final Set<Long> owed = ConcurrentHashMap.newKeySet();

    private Catalog(PlainDatabase database) {
        this.database = database;
        this.due = new DueTable(database);
    }

    /** Opens the file, or makes it. Throws CORRUPTION if it is damaged: then rebuild it. */
    public static Catalog open(Path file) {
        var database = PlainDatabase.openView(file);
        try {
            CatalogTables.prepare(file, database);
            return new Catalog(database);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** Whether every instance is in it; a new one, or one half rebuilt, is not. */
    public boolean isComplete() {
        return CatalogTables.version(database) == CatalogTables.FORMAT;
    }

    /** Says that every instance is in it. */
    public void complete() {
        database.run("PRAGMA user_version = " + CatalogTables.FORMAT);
    }

    /** The position of the journal before which everything is in here, durably. */
    public long applied() {
        return integer(
                database.run("SELECT coalesce((SELECT position FROM applied), 0)")
                        .rows()
                        .getFirst()
                        .getFirst());
    }

    /** Makes everything in here durable, and notes that the journal up to there is in it. */
    public void appliedUpTo(long position) {
        for (long incarnation : owed) {
            remove(incarnation);
        }
        if (!owed.isEmpty()) {
            throw Failure.of(Reason.NODE_FULL, "catalogue: rows of deleted instances remain");
        }
        put("applied", SqlValue.of(1), SqlValue.of(position));
        database.sync();
    }

    /**
     * The position up to which the journal was durable once, as far as it was noted: a journal that
     * ends before has lost something, or is an older copy.
     */
    public long seenDurable() {
        return integer(
                database.run("SELECT coalesce((SELECT position FROM seen_durable), 0)")
                        .rows()
                        .getFirst()
                        .getFirst());
    }

    /** Notes that the journal is durable up to there. The note itself need not be. */
    public void sawDurable(long position) {
        put("seen_durable", SqlValue.of(1), SqlValue.of(position));
    }

    /** Runs several changes in one transaction: faster, and all or none. */
    public void batch(Runnable changes) {
        var _ =
                database.transaction(
                        () -> {
                            changes.run();
                            return true;
                        });
    }

    /** Whether that incarnation is in it, and not as one that is being created. */
    public boolean has(long incarnation) {
        return !database.run(
                        "SELECT 1 FROM instance WHERE incarnation = ? AND creating = 0",
                        SqlValue.of(incarnation))
                .rows()
                .isEmpty();
    }

    /** Notes an instance that cannot be served. */
    public void putAside(long incarnation, Failure why) {
        put("set_aside", SqlValue.of(incarnation), SqlValue.of(why.message()));
    }

    /** Forgets that it cannot be served. */
    public void removeAside(long incarnation) {
        database.run("DELETE FROM set_aside WHERE incarnation = ?", SqlValue.of(incarnation));
    }

    /** The instances that cannot be served, by incarnation, and why. */
    public Map<Long, Failure> setAside() {
        var found = new HashMap<Long, Failure>();
        for (var row : database.run("SELECT incarnation, why FROM set_aside").rows()) {
            found.put(
                    integer(row.get(0)),
                    Failure.of(Reason.INSTANCE_QUARANTINED, ((SqlValue.Text) row.get(1)).value()));
        }
        return found;
    }

    /** The instance of that key; empty if there is none, or none that was promised to anybody. */
    public Optional<CatalogEntry> find(InstanceKey key) {
        return entries("SELECT * FROM instance WHERE key = ? AND creating = 0", bytes(key)).stream()
                .filter(entry -> !owed.contains(entry.incarnation()))
                .findFirst();
    }

    /**
     * Instances in key order.
     *
     * @param range which
     * @param shards only those in them
     * @param most how many at the most
     */
    public List<CatalogEntry> list(Range range, BitSet shards, int most) {
        var found = new ArrayList<CatalogEntry>();
        boolean all = range.namespace().isEmpty();
        if (!all && range.idPrefix().isEmpty() && range.after().isEmpty()) {
            find(new InstanceKey(range.namespace(), ""))
                    .filter(entry -> shards.get(entry.shard()))
                    .ifPresent(found::add);
        }
        var first =
                all
                        ? ByteString.EMPTY
                        : ByteString.copyFromUtf8(range.namespace() + ":" + range.idPrefix());
        // No byte of UTF-8 is 0xff: this is past every key with that prefix.
        var end = first.concat(PAST_UTF8);
        var from =
                range.after().map(key -> ByteString.copyFrom(key.bytes())).orElse(ByteString.EMPTY);
        boolean more = true;
        while (more && found.size() < most) {
            var page =
                    entries(
                            "SELECT * FROM instance WHERE key > ?1 AND key >= ?2 AND key < ?3 AND"
                                    + " creating = 0 ORDER BY key LIMIT ?4",
                            SqlValue.of(from),
                            SqlValue.of(first),
                            SqlValue.of(end),
                            SqlValue.of(most));
            for (var entry : page) {
                if (shards.get(entry.shard())
                        && !owed.contains(entry.incarnation())
                        && found.size() < most) {
                    found.add(entry);
                }
            }
            more = page.size() == most;
            if (more) {
                from = ByteString.copyFrom(page.getLast().key().bytes());
            }
        }
        return found;
    }

    /**
     * Which instances to list. Immutable.
     *
     * @param namespace theirs; empty for all
     * @param idPrefix of their ids; empty for all
     * @param after only keys beyond this one
     */
    public record Range(String namespace, String idPrefix, Optional<InstanceKey> after) {}

    /** How many instances there are. */
    public long count() {
        return integer(
                database.run("SELECT count(*) FROM instance WHERE creating = 0")
                        .rows()
                        .getFirst()
                        .getFirst());
    }

    /** The highest incarnation that was ever given; 0 if none was. */
    public long highestIncarnation() {
        return integer(
                database.run(
                                "SELECT max(coalesce((SELECT max(incarnation) FROM instance), 0),"
                                        + " coalesce((SELECT incarnation FROM high_water), 0))")
                        .rows()
                        .getFirst()
                        .getFirst());
    }

    /** Notes that the number was given. */
    public void given(long incarnation) {
        var known = database.run("SELECT incarnation FROM high_water").rows();
        if (known.isEmpty() || integer(known.getFirst().getFirst()) < incarnation) {
            put("high_water", SqlValue.of(1), SqlValue.of(incarnation));
        }
    }

    /** Notes, before its file is made, that an instance is being created. */
    public void creating(InstanceKey key, int shard, long incarnation, Instant now) {
        var _ =
                database.transaction(
                        () -> {
                            // A number is never given twice, even if its instance is deleted.
                            given(incarnation);
                            put(
                                    "instance",
                                    bytes(key),
                                    SqlValue.of(shard),
                                    SqlValue.of(incarnation),
                                    time(now),
                                    SqlValue.of(1),
                                    SqlValue.of(0),
                                    SqlValue.NULL,
                                    SqlValue.of(0));
                            return true;
                        });
    }

    /** Grows with each instance that is noted anew: whoever sees that may have read an old row. */
    public long version() {
        return version.get();
    }

    /**
     * Notes where an instance stands, and that it is there. Does nothing where a newer incarnation
     * of its key is: that was made when this one was known to nobody.
     */
    public void put(CatalogEntry entry) {
        var row =
                List.of(
                        bytes(entry.key()),
                        SqlValue.of(entry.shard()),
                        SqlValue.of(entry.incarnation()),
                        time(entry.createdAt()),
                        SqlValue.of(0),
                        SqlValue.of(entry.newest().commit()),
                        entry.size().lastCommitAt().map(Catalog::time).orElse(SqlValue.NULL),
                        SqlValue.of(entry.size().bytes()));
        var values = new ArrayList<>(row);
        values.add(SqlValue.of(CatalogTables.sum("instance", row)));
        database.run(
                "INSERT OR REPLACE INTO instance SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE"
                        + " NOT EXISTS (SELECT 1 FROM instance WHERE key = ?1 AND incarnation > ?3"
                        + " AND creating = 0)",
                values.toArray(SqlValue[]::new));
        version.incrementAndGet();
    }

    /** The newest commit that is noted of that incarnation; 0 if there is none. */
    public long commit(long incarnation) {
        return row(incarnation).map(row -> integer(row.get(5))).orElse(0L);
    }

    private Optional<List<SqlValue>> row(long incarnation) {
        return database
                .run("SELECT * FROM instance WHERE incarnation = ?", SqlValue.of(incarnation))
                .rows()
                .stream()
                .map(row -> CatalogTables.checked("instance", row))
                .findFirst();
    }

    /** Notes that the file of an instance held that commit once; never a lower one. */
    public void atLeast(long incarnation, long commit) {
        change(incarnation, row -> row[5] = SqlValue.of(Math.max(commit, integer(row[5]))));
    }

    /** Notes where an instance stands that was redone; does nothing if it is not in here. */
    public void update(long incarnation, long commit, long lastCommitMicros, long bytes) {
        change(
                incarnation,
                row -> {
                    row[5] = SqlValue.of(commit);
                    row[6] = commit == 0 ? SqlValue.NULL : SqlValue.of(lastCommitMicros);
                    row[7] = SqlValue.of(bytes);
                });
    }

    private void change(long incarnation, Consumer<SqlValue[]> change) {
        var _ =
                database.transaction(
                        () -> {
                            var row = row(incarnation);
                            row.ifPresent(
                                    found -> {
                                        // Without the checksum.
                                        var values =
                                                found.subList(0, found.size() - 1)
                                                        .toArray(SqlValue[]::new);
                                        change.accept(values);
                                        put("instance", values);
                                    });
                            return row.isPresent();
                        });
        version.incrementAndGet();
    }

    /** Notes a file whose key nobody can tell any more. */
    public void putUnreadable(int shard, Path file) {
        put("unreadable", SqlValue.of(shard), SqlValue.of(file.toString()));
    }

    /** The files whose key nobody can tell, by shard; one of each shard. */
    public Map<Integer, Path> unreadable() {
        var files = new HashMap<Integer, Path>();
        for (var row : database.run("SELECT shard, file FROM unreadable").rows()) {
            files.put((int) integer(row.get(0)), Path.of(((SqlValue.Text) row.get(1)).value()));
        }
        return files;
    }

    /** All of those files. */
    public Set<Path> unreadableFiles() {
        return database.run("SELECT file FROM unreadable").rows().stream()
                .map(row -> Path.of(((SqlValue.Text) row.getFirst()).value()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Forgets a file that an operator has mended or taken away. */
    public void removeUnreadable(Path file) {
        database.run("DELETE FROM unreadable WHERE file = ?", SqlValue.of(file.toString()));
    }

    /** Forgets the instance of an incarnation; its row may stay a while where the disk is full. */
    public void remove(long incarnation) {
        owed.add(incarnation);
        try {
            database.run("DELETE FROM instance WHERE incarnation = ?", SqlValue.of(incarnation));
            database.run("DELETE FROM set_aside WHERE incarnation = ?", SqlValue.of(incarnation));
            due.remove(incarnation);
        } catch (Failure e) {
            if (e.reason() != Reason.NODE_FULL) {
                throw e;
            }
            return;
        }
        owed.remove(incarnation);
    }

    /** When instances want to be woken. */
    public DueTable due() {
        return due;
    }

    /** Instances whose creation a crash cut short. */
    public List<CatalogEntry> findCreating() {
        return entries("SELECT * FROM instance WHERE creating = 1");
    }

    @Override
    public void close() {
        database.close();
    }

    private List<CatalogEntry> entries(String sql, SqlValue... parameters) {
        var entries = new ArrayList<CatalogEntry>();
        for (var row : database.run(sql, parameters).rows()) {
            CatalogTables.checked("instance", row);
            var key = InstanceKey.ofBytes(((SqlValue.Blob) row.get(0)).value().toByteArray());
            Optional<Instant> lastCommitAt =
                    row.get(6) instanceof SqlValue.Integer64(long micros)
                            ? Optional.of(instant(micros))
                            : Optional.empty();
            entries.add(
                    new CatalogEntry(
                            key,
                            (int) integer(row.get(1)),
                            instant(integer(row.get(3))),
                            new Bookmark(integer(row.get(2)), integer(row.get(5))),
                            new CatalogEntry.Size(integer(row.get(7)), lastCommitAt)));
        }
        return entries;
    }

    private void put(String table, SqlValue... values) {
        CatalogTables.put(database, table, values);
    }

    private static long integer(SqlValue value) {
        return ((SqlValue.Integer64) value).value();
    }

    private static SqlValue bytes(InstanceKey key) {
        return SqlValue.of(ByteString.copyFrom(key.bytes()));
    }

    private static SqlValue time(Instant instant) {
        return SqlValue.of(ChronoUnit.MICROS.between(Instant.EPOCH, instant));
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
