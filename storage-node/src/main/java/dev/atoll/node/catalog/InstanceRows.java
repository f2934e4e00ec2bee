package dev.atoll.node.catalog;

import static dev.atoll.node.sqlite.SqlValue.blob;
import static dev.atoll.node.sqlite.SqlValue.integer;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.PlainDatabase;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.InstanceKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The rows of the catalogue's instances. What changes a row reads it first: to be called in a
 * transaction. Thread-safe.
 *
 * <pre>
 * instance(key, shard, incarnation, created_at, creating, commit_number, last_commit_at, bytes,
 *          schema_version, schema_mark, sum)
 *   key        the bytes, so that the order is the order of keys
 *   creating   1 until the first commit is durable: such an instance was promised to nobody
 *   times      microseconds since 1970
 *   schema_... what its tables were durably brought to: see {@link CatalogEntry.Schema}
 * </pre>
 */
final class InstanceRows {
    static final String TABLE = "instance";

    private static final int COMMIT = 5;
    private static final int LAST_COMMIT_AT = 6;
    private static final int BYTES = 7;
    private static final int SCHEMA_VERSION = 8;
    private static final int SCHEMA_MARK = 9;

    private final PlainDatabase database;

    InstanceRows(PlainDatabase database) {
        this.database = database;
    }

    /** One that is being made. */
    void creating(InstanceKey key, int shard, long incarnation, Instant now) {
        var bookmark = new Bookmark(incarnation, 0);
        var entry = new CatalogEntry(key, shard, now, bookmark, CatalogEntry.Content.NONE);
        CatalogTables.put(database, TABLE, values(entry, true).toArray(SqlValue[]::new));
    }

    /** One that is there, unless a newer incarnation of its key is. */
    void put(CatalogEntry entry) {
        var row = values(entry, false);
        var values = new ArrayList<>(row);
        values.add(SqlValue.of(CatalogTables.sum(TABLE, row)));
        database.run(
                "INSERT OR REPLACE INTO instance SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                        + " ?11 WHERE NOT EXISTS (SELECT 1 FROM instance WHERE key = ?1 AND"
                        + " incarnation > ?3 AND creating = 0)",
                values.toArray(SqlValue[]::new));
    }

    /** Its newest commit; 0 if there is none. */
    long commit(long incarnation) {
        return row(incarnation).map(row -> integer(row.get(COMMIT))).orElse(0L);
    }

    /** Its file held that commit once. */
    void atLeast(long incarnation, long commit) {
        change(
                incarnation,
                row -> row[COMMIT] = SqlValue.of(Math.max(commit, integer(row[COMMIT]))));
    }

    /** It was redone. */
    void update(long incarnation, long commit, CatalogEntry.Content content) {
        var version = SqlValue.of(content.schema().version());
        change(
                incarnation,
                row -> {
                    row[COMMIT] = SqlValue.of(commit);
                    row[LAST_COMMIT_AT] = time(content.lastCommitAt());
                    row[BYTES] = SqlValue.of(content.bytes());
                    if (!row[SCHEMA_VERSION].equals(version)) {
                        row[SCHEMA_VERSION] = version;
                        row[SCHEMA_MARK] = SqlValue.of(0);
                    }
                });
    }

    /** It was brought to that schema, unless a newer one was noted meanwhile. */
    void reached(long incarnation, CatalogEntry.Schema schema) {
        change(
                incarnation,
                row -> {
                    if (integer(row[SCHEMA_VERSION]) <= schema.version()) {
                        row[SCHEMA_VERSION] = SqlValue.of(schema.version());
                        row[SCHEMA_MARK] = SqlValue.of(schema.mark());
                    }
                });
    }

    private void change(long incarnation, Consumer<SqlValue[]> change) {
        row(incarnation)
                .ifPresent(
                        row -> {
                            // Without the checksum.
                            var values = row.subList(0, row.size() - 1).toArray(SqlValue[]::new);
                            var before = values.clone();
                            change.accept(values);
                            if (!Arrays.equals(values, before)) {
                                CatalogTables.put(database, TABLE, values);
                            }
                        });
    }

    private Optional<List<SqlValue>> row(long incarnation) {
        return database
                .run("SELECT * FROM instance WHERE incarnation = ?", SqlValue.of(incarnation))
                .rows()
                .stream()
                .map(row -> CatalogTables.checked(TABLE, row))
                .findFirst();
    }

    /** The instance of that key, if there is one that was promised to anybody. */
    Optional<CatalogEntry> find(InstanceKey key) {
        return find("SELECT * FROM instance WHERE key = ? AND creating = 0", bytes(key)).stream()
                .findFirst();
    }

    /** Those that a query of all columns finds. */
    List<CatalogEntry> find(String sql, SqlValue... parameters) {
        return database.run(sql, parameters).rows().stream().map(InstanceRows::entry).toList();
    }

    private static CatalogEntry entry(List<SqlValue> row) {
        CatalogTables.checked(TABLE, row);
        Optional<Instant> lastCommitAt =
                row.get(LAST_COMMIT_AT) instanceof SqlValue.Integer64(long micros)
                        ? Optional.of(instant(micros))
                        : Optional.empty();
        return new CatalogEntry(
                InstanceKey.ofBytes(blob(row.get(0)).toByteArray()),
                (int) integer(row.get(1)),
                instant(integer(row.get(3))),
                new Bookmark(integer(row.get(2)), integer(row.get(COMMIT))),
                new CatalogEntry.Content(
                        integer(row.get(BYTES)),
                        lastCommitAt,
                        new CatalogEntry.Schema(
                                integer(row.get(SCHEMA_VERSION)), integer(row.get(SCHEMA_MARK)))));
    }

    private static List<SqlValue> values(CatalogEntry entry, boolean creating) {
        var content = entry.content();
        return List.of(
                bytes(entry.key()),
                SqlValue.of(entry.shard()),
                SqlValue.of(entry.incarnation()),
                time(Optional.of(entry.createdAt())),
                SqlValue.of(creating ? 1 : 0),
                SqlValue.of(entry.newest().commit()),
                time(content.lastCommitAt()),
                SqlValue.of(content.bytes()),
                SqlValue.of(content.schema().version()),
                SqlValue.of(content.schema().mark()));
    }

    private static SqlValue bytes(InstanceKey key) {
        return SqlValue.of(ByteString.copyFrom(key.bytes()));
    }

    private static SqlValue time(Optional<Instant> instant) {
        return instant.map(at -> SqlValue.of(ChronoUnit.MICROS.between(Instant.EPOCH, at)))
                .orElse(SqlValue.NULL);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
