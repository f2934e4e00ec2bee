package dev.atoll.node.catalog;

import static dev.atoll.node.sqlite.SqlValue.integer;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.PlainDatabase;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * The tables of the catalogue's file. Each row ends with a checksum of its values: SQLite has none,
 * and does not see a bit flipped inside a value, by which an instance would seem to be missing.
 * Stateless.
 */
final class CatalogTables {
    /** The version before had no checksums. */
    static final int FORMAT = 2;

    private static final int FORMAT_WITHOUT_SUMS = 1;
    private static final int ROWS_AT_ONCE = 4096;

    private static final Map<String, Table> TABLES = tables();

    /** By name. */
    private static final Map<String, String> INDEXES =
            Map.of(
                    "due_own",
                    " ON due(own_at, incarnation) WHERE own_at IS NOT NULL",
                    "due_watched",
                    " ON due(namespace, watched_at, incarnation) WHERE watched_at IS NOT NULL",
                    "schema_failed_of",
                    " ON schema_failed(namespace, mark)");

    private CatalogTables() {}

    /**
     * A table.
     *
     * @param key its primary key, which is column {@code keyAt}, from 0
     * @param columns as they are created
     */
    private record Table(String key, int keyAt, String columns) {}

    private static Map<String, Table> tables() {
        var tables = new LinkedHashMap<String, Table>();
        tables.put(
                InstanceRows.TABLE,
                new Table(
                        "key",
                        0,
                        "(key BLOB PRIMARY KEY, shard INTEGER NOT NULL, incarnation INTEGER NOT NULL"
                                + " UNIQUE, created_at INTEGER NOT NULL, creating INTEGER NOT NULL,"
                                + " commit_number INTEGER NOT NULL, last_commit_at INTEGER, bytes INTEGER"
                                + " NOT NULL, schema_version INTEGER NOT NULL, schema_mark INTEGER NOT"
                                + " NULL, sum INTEGER NOT NULL) WITHOUT ROWID"));
        tables.put("high_water", oneRow("incarnation"));
        tables.put("applied", oneRow("position"));
        tables.put("seen_durable", oneRow("position"));
        tables.put(
                "unreadable",
                new Table(
                        "file",
                        1,
                        "(shard INTEGER NOT NULL, file TEXT PRIMARY KEY, sum INTEGER NOT NULL)"));
        tables.put(
                "set_aside",
                new Table(
                        "incarnation",
                        0,
                        "(incarnation INTEGER PRIMARY KEY, why TEXT NOT NULL, sum INTEGER NOT NULL)"));
        tables.put(
                SchemaCatalog.FAILED,
                new Table(
                        "incarnation",
                        0,
                        "(incarnation INTEGER PRIMARY KEY, key BLOB NOT NULL, namespace TEXT NOT NULL, mark"
                                + " INTEGER NOT NULL, version INTEGER NOT NULL, why TEXT NOT NULL, sum"
                                + " INTEGER NOT NULL)"));
        tables.put(
                DueTable.NAME,
                new Table(
                        "incarnation",
                        0,
                        "(incarnation INTEGER PRIMARY KEY, namespace TEXT NOT NULL, own_at INTEGER,"
                                + " watched_at INTEGER, failures INTEGER NOT NULL, sum INTEGER NOT NULL)"));
        return tables;
    }

    private static Table oneRow(String column) {
        return new Table(
                "one",
                0,
                "(one INTEGER PRIMARY KEY CHECK (one = 1), "
                        + column
                        + " INTEGER NOT NULL, sum INTEGER NOT NULL)");
    }

    /**
     * Makes them in a file that is new, and looks at every row. Throws CORRUPTION if the file is
     * not what was written.
     */
    static void prepare(Path file, PlainDatabase database) {
        long version = version(database);
        if (version == FORMAT_WITHOUT_SUMS) {
            checkStructure(file, database);
            carryOver(database);
        } else if (version == 0) {
            TABLES.forEach(
                    (name, table) ->
                            database.run("CREATE TABLE IF NOT EXISTS " + name + table.columns()));
            INDEXES.forEach(
                    (index, on) -> database.run("CREATE INDEX IF NOT EXISTS " + index + on));
        } else if (version != FORMAT) {
            throw damaged(file + ": format " + version + " (expected: " + FORMAT + ")");
        }
        checkStructure(file, database);
        checkSchema(file, database);
        TABLES.forEach((name, table) -> check(database, name, table));
    }

    /** A table with another name would hide its rows. */
    private static void checkSchema(Path file, PlainDatabase database) {
        var expected = new TreeSet<String>();
        TABLES.forEach((name, table) -> expected.add("CREATE TABLE " + name + table.columns()));
        INDEXES.forEach((index, on) -> expected.add("CREATE INDEX " + index + on));
        var found = new TreeSet<String>();
        for (var row : database.run("SELECT sql FROM sqlite_schema WHERE sql NOTNULL").rows()) {
            found.add(row.getFirst() instanceof SqlValue.Text(String sql) ? sql : "no text");
        }
        if (!found.equals(expected)) {
            throw damaged(file + ": its tables are not the catalogue's");
        }
    }

    /** Every page and the index too, by which instances are found. */
    private static void checkStructure(Path file, PlainDatabase database) {
        var answer = database.run("PRAGMA integrity_check(1)").rows().getFirst().getFirst();
        if (!(answer instanceof SqlValue.Text(String text) && text.equals("ok"))) {
            var why = answer instanceof SqlValue.Text(String found) ? found : "no answer";
            throw damaged(file + ": integrity_check: " + why.replace('\n', ' '));
        }
    }

    static long version(PlainDatabase database) {
        return integer(database.run("PRAGMA user_version").rows().getFirst().getFirst());
    }

    /** The rows of the version before, with their checksums. */
    private static void carryOver(PlainDatabase database) {
        var _ =
                database.transaction(
                        () -> {
                            TABLES.forEach((name, table) -> carryOver(database, name, table));
                            INDEXES.forEach(
                                    (index, on) -> database.run("CREATE INDEX " + index + on));
                            return database.run("PRAGMA user_version = " + FORMAT);
                        });
    }

    private static void carryOver(PlainDatabase database, String name, Table table) {
        boolean exists =
                !database.run("SELECT 1 FROM sqlite_schema WHERE name = ?", SqlValue.of(name))
                        .rows()
                        .isEmpty();
        var rows =
                exists ? database.run("SELECT * FROM " + name).rows() : List.<List<SqlValue>>of();
        if (exists) {
            database.run("DROP TABLE " + name);
        }
        database.run("CREATE TABLE " + name + table.columns());
        int columns =
                (int)
                        integer(
                                database.run(
                                                "SELECT count(*) FROM pragma_table_info(?)",
                                                SqlValue.of(name))
                                        .rows()
                                        .getFirst()
                                        .getFirst());
        for (var row : rows) {
            // Columns that came later say nothing; the last one is the checksum.
            var values = Arrays.copyOf(row.toArray(SqlValue[]::new), columns - 1);
            Arrays.fill(values, row.size(), columns - 1, SqlValue.of(0));
            put(database, name, values);
        }
    }

    /** By key: passing over those that were looked at would take longer with each page. */
    private static void check(PlainDatabase database, String name, Table table) {
        var select = "SELECT * FROM " + name;
        var order = " ORDER BY " + table.key() + " LIMIT " + ROWS_AT_ONCE;
        var rows = database.run(select + order).rows();
        while (!rows.isEmpty()) {
            for (var row : rows) {
                var _ = checked(name, row);
            }
            var last = rows.getLast().get(table.keyAt());
            rows = database.run(select + " WHERE " + table.key() + " > ?" + order, last).rows();
        }
    }

    /** The row, which ends with its checksum. Throws CORRUPTION if it is not what was written. */
    static List<SqlValue> checked(String table, List<SqlValue> row) {
        if (!isAsWritten(table, row)) {
            throw damaged("catalogue: a row of " + table + ": checksum");
        }
        return row;
    }

    /** Whether a row is what was written, by the checksum with which it ends. */
    static boolean isAsWritten(String table, List<SqlValue> row) {
        int values = row.size() - 1;
        return row.get(values).equals(SqlValue.of(sum(table, row.subList(0, values))));
    }

    /** Writes a row, in the place of those that it conflicts with. */
    static void put(PlainDatabase database, String table, SqlValue... values) {
        var all = Arrays.copyOf(values, values.length + 1);
        all[values.length] = SqlValue.of(sum(table, Arrays.asList(values)));
        database.run(
                "INSERT OR REPLACE INTO "
                        + table
                        + " VALUES (?"
                        + ", ?".repeat(values.length)
                        + ")",
                all);
    }

    static long sum(String table, List<SqlValue> values) {
        var crc = new CRC32C();
        add(crc, ByteString.copyFromUtf8(table));
        for (var value : values) {
            switch (value) {
                case SqlValue.Null _ -> crc.update(0);
                case SqlValue.Integer64(long number) -> {
                    crc.update(1);
                    add(crc, number);
                }
                case SqlValue.Real(double number) -> {
                    crc.update(2);
                    add(crc, Double.doubleToRawLongBits(number));
                }
                case SqlValue.Text(String text) -> {
                    crc.update(3);
                    add(crc, ByteString.copyFromUtf8(text));
                }
                case SqlValue.Blob(ByteString bytes) -> {
                    crc.update(4);
                    add(crc, bytes);
                }
            }
        }
        return crc.getValue();
    }

    private static void add(CRC32C crc, ByteString bytes) {
        add(crc, bytes.size());
        crc.update(bytes.asReadOnlyByteBuffer());
    }

    private static void add(CRC32C crc, long number) {
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
    }

    private static Failure damaged(String why) {
        return Failure.of(Reason.CORRUPTION, why);
    }
}
