package dev.atoll.node.catalog;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.ClosedDatabase;
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
import java.util.concurrent.atomic.AtomicLong;

/**
 * The catalogue in its SQLite file. Thread-safe.
 *
 * <pre>
 * instance(key, shard, incarnation, created_at, creating, commit_number, last_commit_at, bytes)
 *   key        the bytes, so that the order is the order of keys
 *   creating   1 until the first commit is durable: such an instance was promised to nobody
 *   times      microseconds since 1970
 * </pre>
 */
public final class Catalog implements AutoCloseable {
    private static final String COLUMNS =
            "key, shard, incarnation, created_at, commit_number, last_commit_at, bytes";

    private static final int FORMAT = 1;
    private static final ByteString PAST_UTF8 = ByteString.copyFrom(new byte[] {(byte) 0xff});

    private final PlainDatabase database;
    private final AtomicLong version = new AtomicLong();

    private Catalog(PlainDatabase database) {
        this.database = database;
    }

    /** Opens the file, or makes it. Throws CORRUPTION if it is damaged: then rebuild it. */
    public static Catalog open(Path file) {
        var database = PlainDatabase.open(file);
        try {
            database.run(
                    "CREATE TABLE IF NOT EXISTS instance(key BLOB PRIMARY KEY, shard INTEGER NOT"
                            + " NULL, incarnation INTEGER NOT NULL UNIQUE, created_at INTEGER NOT"
                            + " NULL, creating INTEGER NOT NULL, commit_number INTEGER NOT NULL,"
                            + " last_commit_at INTEGER, bytes INTEGER NOT NULL) WITHOUT ROWID");
            database.run(
                    "CREATE TABLE IF NOT EXISTS high_water(one INTEGER PRIMARY KEY CHECK (one = 1),"
                            + " incarnation INTEGER NOT NULL)");
            database.run(
                    "CREATE TABLE IF NOT EXISTS unreadable(shard INTEGER NOT NULL, file TEXT PRIMARY"
                            + " KEY)");
            checkWhole(file, database);
            return new Catalog(database);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** Whether every instance is in it; a new one, or one half rebuilt, is not. */
    public boolean isComplete() {
        return integer(database.run("PRAGMA user_version").rows().getFirst().getFirst()) == FORMAT;
    }

    /** Says that every instance is in it. */
    public void complete() {
        database.run("PRAGMA user_version = " + FORMAT);
    }

    /** The instance of that key; empty if there is none, or none that was promised to anybody. */
    public Optional<CatalogEntry> find(InstanceKey key) {
        return entries(
                        "SELECT " + COLUMNS + " FROM instance WHERE key = ? AND creating = 0",
                        bytes(key))
                .stream()
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
        if (range.idPrefix().isEmpty() && range.after().isEmpty()) {
            find(new InstanceKey(range.namespace(), ""))
                    .filter(entry -> shards.get(entry.shard()))
                    .ifPresent(found::add);
        }
        var first = ByteString.copyFromUtf8(range.namespace() + ":" + range.idPrefix());
        // No byte of UTF-8 is 0xff: this is past every key with that prefix.
        var end = first.concat(PAST_UTF8);
        var from =
                range.after().map(key -> ByteString.copyFrom(key.bytes())).orElse(ByteString.EMPTY);
        boolean more = true;
        while (more && found.size() < most) {
            var page =
                    entries(
                            "SELECT "
                                    + COLUMNS
                                    + " FROM instance WHERE key > ?1 AND key >= ?2 AND key < ?3 AND"
                                    + " creating = 0 ORDER BY key LIMIT ?4",
                            SqlValue.of(from),
                            SqlValue.of(first),
                            SqlValue.of(end),
                            SqlValue.of(most));
            for (var entry : page) {
                if (shards.get(entry.shard()) && found.size() < most) {
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
     * @param namespace theirs
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

    /** Notes, before its file is made, that an instance is being created. */
    public void creating(InstanceKey key, int shard, long incarnation, Instant now) {
        var _ =
                database.transaction(
                        () -> {
                            // A number is never given twice, even if its instance is deleted.
                            database.run(
                                    "INSERT OR REPLACE INTO high_water VALUES (1, ?)",
                                    SqlValue.of(incarnation));
                            return database.run(
                                    "INSERT OR REPLACE INTO instance VALUES (?, ?, ?, ?, 1, 0, NULL,"
                                            + " 0)",
                                    bytes(key),
                                    SqlValue.of(shard),
                                    SqlValue.of(incarnation),
                                    time(now));
                        });
    }

    /** Grows with each instance that is noted anew: whoever sees that may have read an old row. */
    public long version() {
        return version.get();
    }

    /** Notes where an instance stands, and that it is there. */
    public void put(CatalogEntry entry) {
        database.run(
                "INSERT OR REPLACE INTO instance VALUES (?, ?, ?, ?, 0, ?, ?, ?)",
                bytes(entry.key()),
                SqlValue.of(entry.shard()),
                SqlValue.of(entry.incarnation()),
                time(entry.createdAt()),
                SqlValue.of(entry.newest().commit()),
                entry.size().lastCommitAt().map(Catalog::time).orElse(SqlValue.NULL),
                SqlValue.of(entry.size().bytes()));
        version.incrementAndGet();
    }

    /** Notes where an instance stands that was redone; does nothing if it is not in here. */
    public void update(long incarnation, ClosedDatabase.Redone now) {
        database.run(
                "UPDATE instance SET commit_number = ?, last_commit_at = ?, bytes = ? WHERE"
                        + " incarnation = ?",
                SqlValue.of(now.commit()),
                now.commit() == 0 ? SqlValue.NULL : SqlValue.of(now.timeMicros()),
                SqlValue.of(now.bytes()),
                SqlValue.of(incarnation));
        version.incrementAndGet();
    }

    /** Notes a file whose key nobody can tell any more. */
    public void putUnreadable(int shard, Path file) {
        database.run(
                "INSERT OR REPLACE INTO unreadable VALUES (?, ?)",
                SqlValue.of(shard),
                SqlValue.of(file.toString()));
    }

    /** The files whose key nobody can tell, by shard; one of each shard. */
    public Map<Integer, Path> unreadable() {
        var files = new HashMap<Integer, Path>();
        for (var row : database.run("SELECT shard, file FROM unreadable").rows()) {
            files.put((int) integer(row.get(0)), Path.of(((SqlValue.Text) row.get(1)).value()));
        }
        return files;
    }

    /** Forgets a file that an operator has taken away. */
    public void removeUnreadable(Path file) {
        database.run("DELETE FROM unreadable WHERE file = ?", SqlValue.of(file.toString()));
    }

    /** Forgets the instance of an incarnation. */
    public void remove(long incarnation) {
        database.run("DELETE FROM instance WHERE incarnation = ?", SqlValue.of(incarnation));
    }

    /** Forgets an instance. */
    public void remove(InstanceKey key) {
        database.run("DELETE FROM instance WHERE key = ?", bytes(key));
    }

    /** Instances whose creation a crash cut short. */
    public List<CatalogEntry> findCreating() {
        return entries("SELECT " + COLUMNS + " FROM instance WHERE creating = 1");
    }

    @Override
    public void close() {
        database.close();
    }

    private static void checkWhole(Path file, PlainDatabase database) {
        var answer = database.run("PRAGMA quick_check(1)").rows().getFirst().getFirst();
        if (!(answer instanceof SqlValue.Text(String text) && text.equals("ok"))) {
            var why = answer instanceof SqlValue.Text(String found) ? found : "no answer";
            throw Failure.of(Reason.CORRUPTION, file + ": quick_check: " + why.replace('\n', ' '));
        }
    }

    private List<CatalogEntry> entries(String sql, SqlValue... parameters) {
        var entries = new ArrayList<CatalogEntry>();
        for (var row : database.run(sql, parameters).rows()) {
            var key = InstanceKey.ofBytes(((SqlValue.Blob) row.get(0)).value().toByteArray());
            Optional<Instant> lastCommitAt =
                    row.get(5) instanceof SqlValue.Integer64(long micros)
                            ? Optional.of(instant(micros))
                            : Optional.empty();
            entries.add(
                    new CatalogEntry(
                            key,
                            (int) integer(row.get(1)),
                            instant(integer(row.get(3))),
                            new Bookmark(integer(row.get(2)), integer(row.get(4))),
                            new CatalogEntry.Size(integer(row.get(6)), lastCommitAt)));
        }
        return entries;
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
