package dev.atoll.node.catalog;

import static dev.atoll.node.sqlite.SqlValue.blob;
import static dev.atoll.node.sqlite.SqlValue.integer;
import static dev.atoll.node.sqlite.SqlValue.text;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.PlainDatabase;
import dev.atoll.node.sqlite.SqlResult;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.InstanceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the catalogue knows of the instances' schemas, and which of them could not be brought to the
 * declared one. Thread-safe.
 *
 * <p>The invariant: what it says an instance was brought to is durable. A failure that a crash
 * takes back is found again by trying again.
 *
 * <pre>
 * schema_failed(incarnation, key, namespace, mark, version, why, sum)
 *   mark       of the schema that it could not be brought to
 *   version    that it still is at
 * </pre>
 */
public final class SchemaCatalog {
    static final String FAILED = "schema_failed";

    /** Others wait for the catalogue while so many rows are counted: about a millisecond. */
    private static final int COUNTED_AT_ONCE = 2_000;

    private static final int WHY_MAX = 500;

    private static final ByteString PAST_ALL = ByteString.copyFrom(new byte[] {(byte) 0xff});

    private final PlainDatabase database;
    private final InstanceRows instances;
    private final Runnable changed;

    SchemaCatalog(PlainDatabase database, InstanceRows instances, Runnable changed) {
        this.database = database;
        this.instances = instances;
        this.changed = changed;
    }

    /**
     * Notes that an instance was brought to a schema, durably; does nothing where something newer
     * was noted meanwhile.
     */
    public void reached(long incarnation, CatalogEntry.Schema schema) {
        var _ =
                database.transaction(
                        () -> {
                            remove(incarnation);
                            instances.reached(incarnation, schema);
                            return true;
                        });
        changed.run();
    }

    /**
     * An instance that could not be brought to the declared schema.
     *
     * @param mark of that schema
     * @param version that it still is at
     * @param why in a few words
     */
    public record Failed(InstanceKey key, long mark, long version, String why) {
        public Failed {
            why = why.length() <= WHY_MAX ? why : why.substring(0, WHY_MAX - 1) + '…';
        }
    }

    /** Notes that one failed. */
    public void failed(long incarnation, Failed failed) {
        CatalogTables.put(
                database,
                FAILED,
                SqlValue.of(incarnation),
                SqlValue.of(ByteString.copyFrom(failed.key().bytes())),
                SqlValue.of(failed.key().namespace()),
                SqlValue.of(failed.mark()),
                SqlValue.of(failed.version()),
                SqlValue.of(failed.why()));
    }

    /** The mark of the schema that an instance could not be brought to, if it failed last. */
    public OptionalLong findFailed(long incarnation) {
        return database
                .run("SELECT * FROM schema_failed WHERE incarnation = ?", SqlValue.of(incarnation))
                .rows()
                .stream()
                .mapToLong(row -> integer(CatalogTables.checked(FAILED, row).get(3)))
                .findFirst();
    }

    /** The first of those of a namespace that could not be brought to that schema. */
    public List<Failed> failures(String namespace, long mark, int most) {
        return database
                .run(
                        "SELECT * FROM schema_failed WHERE namespace = ? AND mark = ? ORDER BY key"
                                + " LIMIT ?",
                        SqlValue.of(namespace),
                        SqlValue.of(mark),
                        SqlValue.of(most))
                .rows()
                .stream()
                .map(row -> CatalogTables.checked(FAILED, row))
                .map(
                        row ->
                                new Failed(
                                        key(row.get(1)),
                                        mark,
                                        integer(row.get(4)),
                                        text(row.get(5))))
                .toList();
    }

    /**
     * How many instances of a namespace are at one schema, or failed to be brought to one.
     *
     * @param single whether it is the instance of a namespace that has but one
     * @param schema version 0 for those that failed
     */
    public record Count(
            String namespace, boolean single, CatalogEntry.Schema schema, long instances) {}

    /** Forgets failures to reach a schema that is not declared any more. */
    public void forgetFailures(String namespace, long mark) {
        database.run(
                "DELETE FROM schema_failed WHERE namespace = ? AND mark = ?",
                SqlValue.of(namespace),
                SqlValue.of(mark));
    }

    /** How many failed. */
    public List<Count> countFailed() {
        return counts(
                database.run(
                        "SELECT namespace, 0, mark, count(*) FROM schema_failed GROUP BY namespace,"
                                + " mark"));
    }

    /** How many there are; a group may come in several parts. */
    public List<Count> count() {
        var found = new ArrayList<Count>();
        var after = SqlValue.of(ByteString.EMPTY);
        boolean more = true;
        while (more) {
            var last =
                    database.run(
                                    "SELECT key FROM instance WHERE key > ? ORDER BY key LIMIT 1"
                                            + " OFFSET ?",
                                    after,
                                    SqlValue.of(COUNTED_AT_ONCE - 1))
                            .rows();
            more = !last.isEmpty();
            var end = more ? last.getFirst().getFirst() : SqlValue.of(PAST_ALL);
            found.addAll(
                    counts(
                            database.run(
                                    "SELECT CAST(CASE instr(key, x'3a') WHEN 0 THEN key ELSE"
                                            + " substr(key, 1, instr(key, x'3a')) END AS TEXT),"
                                            + " schema_version, schema_mark, count(*) FROM instance"
                                            + " WHERE key > ? AND key <= ? AND creating = 0 GROUP BY"
                                            + " 1, 2, 3",
                                    after,
                                    end)));
            after = end;
        }
        return found;
    }

    void remove(long incarnation) {
        database.run("DELETE FROM schema_failed WHERE incarnation = ?", SqlValue.of(incarnation));
    }

    private static List<Count> counts(SqlResult result) {
        return result.rows().stream()
                .map(
                        row ->
                                new Count(
                                        namespace(text(row.get(0))),
                                        !text(row.get(0)).endsWith(":"),
                                        new CatalogEntry.Schema(
                                                integer(row.get(1)), integer(row.get(2))),
                                        integer(row.get(3))))
                .toList();
    }

    /** Of a key up to its colon, if it has one. */
    private static String namespace(String start) {
        return start.endsWith(":") ? start.substring(0, start.length() - 1) : start;
    }

    private static InstanceKey key(SqlValue value) {
        return InstanceKey.ofBytes(blob(value).toByteArray());
    }
}
