package dev.atoll.node.catalog;

import static dev.atoll.node.sqlite.SqlValue.integer;
import static dev.atoll.node.sqlite.SqlValue.text;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.PlainDatabase;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Instant;
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
 * instance(...)                  see {@link InstanceRows}
 * applied(position)              of the journal: all before it is in here
 * seen_durable(position)         of the journal: it was durable up to there, at least
 * set_aside(incarnation, why)    those that cannot be served
 * unreadable(shard, file)        files whose key nobody can tell
 * high_water(incarnation)        the highest ever given
 * schema_failed(...)             see {@link SchemaCatalog}
 * due(...)                       see {@link DueTable}
 *
 * every row ends with sum, a CRC-32C of its values
 * </pre>
 */
public final class Catalog implements AutoCloseable {
    private static final ByteString PAST_UTF8 = ByteString.copyFrom(new byte[] {(byte) 0xff});

    private final PlainDatabase database;
    private final InstanceRows instances;
    private final SchemaCatalog schemas;
    private final DueTable due;
    private final AtomicLong version = new AtomicLong();

    /** Removed, but their rows could not be: the disk was full. */
    private final Set<Long> owed = ConcurrentHashMap.newKeySet();

    private Catalog(PlainDatabase database) {
        this.database = database;
        this.instances = new InstanceRows(database);
        this.schemas = new SchemaCatalog(database, instances, version::incrementAndGet);
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

    /** What it knows of the instances' schemas. */
    public SchemaCatalog schemas() {
        return schemas;
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
                    integer(row.get(0)), Failure.of(Reason.INSTANCE_QUARANTINED, text(row.get(1))));
        }
        return found;
    }

    /** The instance of that key; empty if there is none, or none that was promised to anybody. */
    public Optional<CatalogEntry> find(InstanceKey key) {
        return instances.find(key).stream()
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
                    instances.find(
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
                            instances.creating(key, shard, incarnation, now);
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
        instances.put(entry);
        version.incrementAndGet();
    }

    /** The newest commit that is noted of that incarnation; 0 if there is none. */
    public long commit(long incarnation) {
        return instances.commit(incarnation);
    }

    /** Notes that the file of an instance held that commit once; never a lower one. */
    public void atLeast(long incarnation, long commit) {
        batch(() -> instances.atLeast(incarnation, commit));
        version.incrementAndGet();
    }

    /**
     * Notes where an instance stands that was redone; does nothing if it is not in here. The mark
     * of its schema is known where its version is the one that was noted.
     */
    public void update(long incarnation, long commit, CatalogEntry.Content content) {
        batch(() -> instances.update(incarnation, commit, content));
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
            files.put((int) integer(row.get(0)), Path.of(text(row.get(1))));
        }
        return files;
    }

    /** All of those files. */
    public Set<Path> unreadableFiles() {
        return database.run("SELECT file FROM unreadable").rows().stream()
                .map(row -> Path.of(text(row.getFirst())))
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
        return instances.find("SELECT * FROM instance WHERE creating = 1");
    }

    @Override
    public void close() {
        database.close();
    }

    private void put(String table, SqlValue... values) {
        CatalogTables.put(database, table, values);
    }
}
