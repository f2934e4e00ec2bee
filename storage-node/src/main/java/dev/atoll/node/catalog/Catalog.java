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
import java.util.stream.Collectors;

/**
 * The catalogue in its SQLite file: a view of what the journal and the instances' files say.
 * Thread-safe.
 *
 * <p>A change is durable after {@link #appliedUpTo}; one that a crash takes back is found in the
 * journal, which is kept for as long.
 *
 * <pre>
 * instance(key, shard, incarnation, created_at, creating, commit_number, last_commit_at, bytes,
 *          schema_version, schema_mark)
 *   key        the bytes, so that the order is the order of keys
 *   creating   1 until the first commit is durable: such an instance was promised to nobody
 *   times      microseconds since 1970
 *   schema_... what its tables were durably brought to: see {@link CatalogEntry.Schema}
 * applied(position)              of the journal: all before it is in here
 * seen_durable(position)         of the journal: it was durable up to there, at least
 * set_aside(incarnation, why)    those that cannot be served
 * unreadable(shard, file)        files whose key nobody can tell
 * high_water(incarnation)        the highest ever given
 * schema_failed(...)             see {@link SchemaCatalog}
 * </pre>
 */
public final class Catalog implements AutoCloseable {
    private static final String COLUMNS =
            "key, shard, incarnation, created_at, commit_number, last_commit_at, bytes,"
                    + " schema_version, schema_mark";

    private static final int FORMAT = 1;
    private static final ByteString PAST_UTF8 = ByteString.copyFrom(new byte[] {(byte) 0xff});

    private final PlainDatabase database;
    private final SchemaCatalog schemas;
    private final AtomicLong version = new AtomicLong();

    /** Removed, but their rows could not be: the disk was full. */
    private final Set<Long> owed = ConcurrentHashMap.newKeySet();

    private Catalog(PlainDatabase database) {
        this.database = database;
        this.schemas = new SchemaCatalog(database, version::incrementAndGet);
    }

    /** Opens the file, or makes it. Throws CORRUPTION if it is damaged: then rebuild it. */
    public static Catalog open(Path file) {
        var database = PlainDatabase.openView(file);
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
            database.run(
                    "CREATE TABLE IF NOT EXISTS applied(one INTEGER PRIMARY KEY CHECK (one = 1),"
                            + " position INTEGER NOT NULL)");
            database.run(
                    "CREATE TABLE IF NOT EXISTS seen_durable(one INTEGER PRIMARY KEY CHECK (one ="
                            + " 1), position INTEGER NOT NULL)");
            database.run(
                    "CREATE TABLE IF NOT EXISTS set_aside(incarnation INTEGER PRIMARY KEY, why TEXT"
                            + " NOT NULL)");
            SchemaCatalog.prepare(database);
            checkWhole(file, database);
            return new Catalog(database);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** What it knows of the instances' schemas. */
    public SchemaCatalog schemas() {
        return schemas;
    }

    /** Whether every instance is in it; a new one, or one half rebuilt, is not. */
    public boolean isComplete() {
        return integer(database.run("PRAGMA user_version").rows().getFirst().getFirst()) == FORMAT;
    }

    /** Says that every instance is in it. */
    public void complete() {
        database.run("PRAGMA user_version = " + FORMAT);
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
        database.run("INSERT OR REPLACE INTO applied VALUES (1, ?)", SqlValue.of(position));
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
        database.run("INSERT OR REPLACE INTO seen_durable VALUES (1, ?)", SqlValue.of(position));
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
        database.run(
                "INSERT OR REPLACE INTO set_aside VALUES (?, ?)",
                SqlValue.of(incarnation),
                SqlValue.of(why.message()));
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
        return entries(
                        "SELECT " + COLUMNS + " FROM instance WHERE key = ? AND creating = 0",
                        bytes(key))
                .stream()
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
                            "SELECT "
                                    + COLUMNS
                                    + " FROM instance WHERE key > ?1 AND key >= ?2 AND key < ?3 AND"
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
        database.run(
                "INSERT INTO high_water VALUES (1, ?1) ON CONFLICT DO UPDATE SET incarnation ="
                        + " max(incarnation, ?1)",
                SqlValue.of(incarnation));
    }

    /** Notes, before its file is made, that an instance is being created. */
    public void creating(InstanceKey key, int shard, long incarnation, Instant now) {
        var _ =
                database.transaction(
                        () -> {
                            // A number is never given twice, even if its instance is deleted.
                            given(incarnation);
                            return database.run(
                                    "INSERT OR REPLACE INTO instance(key, shard, incarnation,"
                                            + " created_at, creating, commit_number, bytes) VALUES"
                                            + " (?, ?, ?, ?, 1, 0, 0)",
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
                "INSERT OR REPLACE INTO instance("
                        + COLUMNS
                        + ", creating) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
                bytes(entry.key()),
                SqlValue.of(entry.shard()),
                SqlValue.of(entry.incarnation()),
                time(entry.createdAt()),
                SqlValue.of(entry.newest().commit()),
                entry.content().lastCommitAt().map(Catalog::time).orElse(SqlValue.NULL),
                SqlValue.of(entry.content().bytes()),
                SqlValue.of(entry.content().schema().version()),
                SqlValue.of(entry.content().schema().mark()));
        version.incrementAndGet();
    }

    /**
     * Notes where an instance stands that was redone; does nothing if it is not in here. The mark
     * of its schema is known where its version is the one that was noted.
     */
    public void update(long incarnation, long commit, CatalogEntry.Content content) {
        database.run(
                "UPDATE instance SET commit_number = ?1, last_commit_at = ?2, bytes = ?3,"
                        + " schema_mark = CASE schema_version WHEN ?4 THEN schema_mark ELSE 0 END,"
                        + " schema_version = ?4 WHERE incarnation = ?5",
                SqlValue.of(commit),
                content.lastCommitAt().map(Catalog::time).orElse(SqlValue.NULL),
                SqlValue.of(content.bytes()),
                SqlValue.of(content.schema().version()),
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
            schemas.remove(incarnation);
        } catch (Failure e) {
            if (e.reason() != Reason.NODE_FULL) {
                throw e;
            }
            return;
        }
        owed.remove(incarnation);
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
                            new CatalogEntry.Content(
                                    integer(row.get(6)),
                                    lastCommitAt,
                                    new CatalogEntry.Schema(
                                            integer(row.get(7)), integer(row.get(8))))));
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
