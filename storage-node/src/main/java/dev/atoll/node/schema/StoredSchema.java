package dev.atoll.node.schema;

import static dev.atoll.node.sqlite.SqlValue.blob;
import static dev.atoll.node.sqlite.SqlValue.integer;

import com.google.gson.JsonArray;
import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.List;
import java.util.Optional;

/**
 * What an instance's file says of its schema: the only row of {@code _atoll_schema}, which is not
 * there before the first declaration has reached the instance. Immutable.
 *
 * <pre>
 * one | version | fingerprint | migrations
 *   1 |       7 | 32 bytes    | ["name-of-first", "name-of-second"]
 * </pre>
 *
 * @param version of the declarations that it was brought to
 * @param fingerprint of that schema
 * @param migrations the names of those that have run, or never need to
 */
record StoredSchema(long version, ByteString fingerprint, List<String> migrations) {
    private static final SqlCall IS_THERE =
            SqlCall.ofNode(
                    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_atoll_schema'",
                    List.of());

    private static final SqlCall READ =
            SqlCall.ofNode("SELECT version, fingerprint FROM _atoll_schema", List.of());

    private static final SqlCall READ_FINGERPRINT =
            SqlCall.ofNode("SELECT fingerprint FROM _atoll_schema", List.of());

    private static final SqlCall READ_MIGRATIONS =
            SqlCall.ofNode(
                    "SELECT each.value FROM _atoll_schema, json_each(migrations) AS each",
                    List.of());

    private static final SqlCall CREATE =
            SqlCall.ofNode(
                    "CREATE TABLE IF NOT EXISTS _atoll_schema (one INTEGER PRIMARY KEY CHECK (one ="
                            + " 1), version INTEGER NOT NULL, fingerprint BLOB NOT NULL, migrations"
                            + " TEXT NOT NULL) STRICT",
                    List.of());

    private static final String WRITE = "INSERT OR REPLACE INTO _atoll_schema VALUES (1, ?, ?, ?)";

    StoredSchema {
        migrations = List.copyOf(migrations);
    }

    /** What every instance is asked when it wakes: one row, and nothing but its fingerprint. */
    static Optional<ByteString> readFingerprint(ReadTransaction tx) {
        try {
            return tx.query(READ_FINGERPRINT).rows().stream()
                    .findFirst()
                    .map(row -> blob(row.getFirst()));
        } catch (Failure e) {
            if (e.reason() == Reason.SQL_ERROR) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Empty where no declaration has reached the instance yet. */
    static Optional<StoredSchema> read(ReadTransaction tx) {
        if (tx.query(IS_THERE).rows().isEmpty()) {
            return Optional.empty();
        }
        var names =
                tx.query(READ_MIGRATIONS).rows().stream()
                        .map(List::getFirst)
                        .map(SqlValue::text)
                        .toList();
        return tx.query(READ).rows().stream()
                .findFirst()
                .map(row -> new StoredSchema(integer(row.get(0)), blob(row.get(1)), names));
    }

    void write(WriteTransaction tx) {
        var _ = tx.execute(CREATE);
        var names = new JsonArray();
        migrations.forEach(names::add);
        var values =
                List.of(
                        SqlValue.of(version),
                        SqlValue.of(fingerprint),
                        SqlValue.of(names.toString()));
        var _ = tx.execute(SqlCall.ofNode(WRITE, values));
        tx.schemaVersion(version);
    }
}
