package dev.atoll.node.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteLimits;

/**
 * What an open instance is made of: its connection and all that hangs on it. One thread at a time,
 * but for what it is as of the newest commit.
 */
final class Engine {
    /** What SQLite adds to a value: a row has a header, and the checks put EXPLAIN in front. */
    private static final long SLACK = 65_536;

    /**
     * Beyond the size limit there is room for remembered requests, and for the pages that a DELETE
     * may need before it gives any back.
     */
    private static final long RESERVE_BYTES = RequestTable.BYTES_MAX + (16L << 20);

    private static final int VARIABLES_MAX = 32_766;
    private static final int LIKE_PATTERN_MAX = 5_000;
    private static final int COLUMNS_MAX = 2_000;
    private static final int FUNCTION_ARGUMENTS_MAX = 100;
    private static final int TRIGGER_DEPTH_MAX = 100;

    private final SqliteConnection connection;
    private final SqliteLimits limits;
    private final Statements statements;
    private final RequestTable requests;
    private final RequestMemory memory;
    private final Progress progress = new Progress();
    private final long pageSize;

    /** What the namespace's limits say of the size; no more than the node's own counts. */
    private long declaredBytesMax = Long.MAX_VALUE;

    // Written by the lane; a listing may read them meanwhile.
    private volatile InstanceMeta meta;
    private volatile long pages;

    Engine(SqliteConnection connection, Known known, SqliteLimits limits) throws SQLException {
        this.connection = connection;
        this.limits = limits;
        this.meta = known.meta();
        this.statements = new Statements(connection, limits.sqlBytesMax());
        this.requests = new RequestTable(connection);
        this.memory = known.memory();
        this.pageSize = known.extent().pageBytes();
        this.pages = known.extent().pages();
        setLimits();
        connection.onProgress(progress);
    }

    /**
     * What it is as of the newest commit.
     *
     * @param memory of requests
     */
    record Known(InstanceMeta meta, Extent extent, RequestMemory memory) {}

    /**
     * How long the database is.
     *
     * @param pages in the file and the WAL
     */
    record Extent(int pageBytes, long pages) {
        long bytes() {
            return pageBytes * pages;
        }

        static Extent of(SqliteConnection connection) throws SQLException {
            return new Extent(
                    Integer.parseInt(connection.runOnce("PRAGMA page_size")),
                    Long.parseLong(connection.runOnce("PRAGMA page_count")));
        }
    }

    private void setLimits() throws SQLException {
        long value = Math.max(limits.valueBytesMax(), RequestTable.REPLY_BYTES_MAX);
        connection.limit(SQLiteLimits.SQLITE_LIMIT_LENGTH, value + SLACK);
        connection.limit(SQLiteLimits.SQLITE_LIMIT_SQL_LENGTH, limits.sqlBytesMax() + SLACK);
        connection.limit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, 0);
        connection.limit(SQLiteLimits.SQLITE_LIMIT_COLUMN, COLUMNS_MAX);
        connection.limit(SQLiteLimits.SQLITE_LIMIT_FUNCTION_ARG, FUNCTION_ARGUMENTS_MAX);
        connection.limit(SQLiteLimits.SQLITE_LIMIT_TRIGGER_DEPTH, TRIGGER_DEPTH_MAX);
        connection.limit(SQLiteLimits.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LIKE_PATTERN_MAX);
        connection.limit(SQLiteLimits.SQLITE_LIMIT_VARIABLE_NUMBER, VARIABLES_MAX);
        limitPages();
    }

    /** SQLite's own limit, for statements: what a transaction may keep is checked at its end. */
    private void limitPages() throws SQLException {
        // One that was declared smaller than it is still needs room for its deletes.
        long most = Math.max(databaseBytesMax(), sizeBytes()) + RESERVE_BYTES;
        connection.runAll("PRAGMA max_page_count=" + most / pageSize);
    }

    /** From now on; what is there stays. */
    void limitSize(long declared) throws SQLException {
        if (declared != declaredBytesMax) {
            declaredBytesMax = declared;
            limitPages();
        }
    }

    /** The same, as of the newest commit, on another connection. */
    Engine over(SqliteConnection another) throws SQLException {
        var next = new Engine(another, new Known(meta, Extent.of(another), memory), limits);
        next.limitSize(declaredBytesMax);
        return next;
    }

    SqliteConnection connection() {
        return connection;
    }

    SqliteLimits limits() {
        return limits;
    }

    /** Of the database, without the requests that are remembered in it. */
    long databaseBytesMax() {
        return Math.min(limits.databaseBytesMax(), declaredBytesMax);
    }

    /** The name of that limit. */
    String sizeLimit() {
        return declaredBytesMax < limits.databaseBytesMax() ? "size" : "instance-bytes-max";
    }

    SqliteErrors errors() {
        return connection.errors();
    }

    Statements statements() {
        return statements;
    }

    RequestTable requests() {
        return requests;
    }

    RequestMemory memory() {
        return memory;
    }

    Progress progress() {
        return progress;
    }

    /** What SQLite finds wrong; nothing if all is well. */
    List<String> checkIntegrity(CallBudget budget) throws SQLException {
        try (var check = connection.prepare("PRAGMA integrity_check")) {
            progress.begin(budget);
            var problems = new ArrayList<String>();
            for (boolean row = check.start(); row; row = check.next()) {
                problems.add(check.text(0));
            }
            return problems.equals(List.of("ok")) ? List.of() : problems;
        } finally {
            progress.end();
        }
    }

    /** Runs {@code VACUUM}: SQLite attaches what it makes, which the limits of callers forbid. */
    void vacuum(String into, CallBudget budget) throws SQLException {
        connection.limit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, 1);
        try {
            progress.begin(budget);
            connection.runOnce("VACUUM" + into);
        } finally {
            progress.end();
            connection.limit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, 0);
        }
    }

    /** What a fold of the newest commit, of that checksum, writes down. */
    PageSums.Folded folded(int checksum) {
        return new PageSums.Folded(
                meta.identity().incarnation(),
                meta.commit(),
                meta.lastCommitMicros(),
                meta.newest().wakeMicros(),
                meta.newest().schemaVersion(),
                checksum,
                (int) pageSize,
                (int) pages);
    }

    /** As of the newest commit. */
    InstanceMeta meta() {
        return meta;
    }

    /** Size of the file, as of the newest commit. */
    long sizeBytes() {
        return pages * pageSize;
    }

    /** Pages as the transaction that runs sees them. */
    long readPages() throws SQLException {
        return connection.number("PRAGMA page_count");
    }

    long pageSize() {
        return pageSize;
    }

    /** A commit was made. */
    void committed(InstanceMeta next, long pageCount, RequestChange requests) {
        meta = next;
        pages = pageCount;
        memory.committed(requests);
    }
}
