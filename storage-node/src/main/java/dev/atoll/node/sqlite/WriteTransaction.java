package dev.atoll.node.sqlite;

import dev.atoll.node.sqlite.SqliteConnection.Own;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One transaction that may write. Used only inside {@link InstanceDatabase#write}. */
public final class WriteTransaction extends ReadTransaction {
    private static final String SCHEMA_VERSION = "PRAGMA schema_version";

    private final Instant now;
    private final long changesBefore;
    private long schemaBefore;
    private RequestTable.Level level;
    private RequestChange requests = new RequestChange.None();
    private @Nullable Failure failed;
    private boolean schemaTouched;
    private boolean otherwiseChanged;
    private boolean mayGrow;
    private Set<String> declared = Set.of();
    private long wakeMicros;
    private boolean wakeChanges;
    private long schemaVersion;

    WriteTransaction(Engine engine, CallBudget budget, Instant now) throws SQLException {
        super(engine, budget);
        this.now = now;
        this.level = engine.meta().requests();
        this.wakeMicros = engine.meta().newest().wakeMicros();
        this.schemaVersion = engine.meta().newest().schemaVersion();
        this.changesBefore = engine.connection().totalChanges();
    }

    /**
     * From now on callers' statements may not change those tables, nor what hangs on them.
     *
     * @param tables in lower case
     */
    public void protect(Set<String> tables) {
        declared = tables;
    }

    /** Says which version of the declarations the tables are brought to by what it writes. */
    public void schemaVersion(long version) {
        schemaVersion = version;
    }

    /** Runs a statement of any allowed kind. Once one has failed, the transaction is over. */
    public SqlResult execute(SqlCall call) {
        checkNotFailed();
        try {
            return collect(call, true);
        } catch (Failure e) {
            failed = e;
            throw e;
        }
    }

    /**
     * The number that this transaction's commit will carry if it changes a page, as remembering a
     * request does. Only after the transaction it is known whether it did.
     */
    public long nextCommit() {
        return commit() + 1;
    }

    /** Says that what it writes has to do with when the instance wants to be woken. */
    public void changesWake() {
        wakeChanges = true;
    }

    /** Whether there may be something for which the instance wants to be woken. */
    public boolean mayWake() {
        return wakeChanges || wakeMicros != 0;
    }

    /**
     * Says when the instance wants to be woken, as this transaction leaves it; if nobody says it,
     * that is when it wanted to before. 0 for never.
     */
    public void wakeAt(long micros) {
        wakeMicros = micros;
    }

    /** Whether anything may have changed so far: rows are counted even if they stay the same. */
    boolean changed() {
        try {
            return otherwiseChanged || changedPages();
        } catch (SQLException e) {
            throw fail(failure(e));
        }
    }

    /**
     * Whether there are probably pages that the commit has to write: not if the rows that were
     * written are what they were, which SQLite counts all the same.
     */
    private boolean changedPages() throws SQLException {
        return engine.connection().totalChanges() != changesBefore
                || (schemaTouched && engine.connection().number(SCHEMA_VERSION) != schemaBefore);
    }

    /**
     * What was remembered for the request of this principal. Throws VALIDATION_FAILED if the id is
     * not a UUIDv7 or lies in the future, and REQUEST_ID_EXPIRED if it is older than what is
     * remembered. To be called before anything runs.
     */
    public Optional<Remembered> findRequest(String principal, UUID id) {
        checkNotFailed();
        var request = new RequestTable.Request(principal, id);
        RequestTable.check(request, now, level);
        try {
            return engine.memory().find(request, engine.requests());
        } catch (SQLException e) {
            throw fail(failure(e));
        }
    }

    /**
     * Remembers the reply, in this transaction, for a request that {@link #findRequest} did not
     * find. Throws LIMIT_EXCEEDED if the reply is over 1 MiB. To be called last, and once.
     */
    public void remember(String principal, UUID id, Remembered remembered) {
        checkNotFailed();
        try {
            RequestTable.check(remembered);
            var entry = new RequestEntry(new RequestTable.Request(principal, id), remembered);
            // Without a page there is no commit that could carry it.
            var change =
                    changedPages() ? engine.memory().with(entry) : engine.memory().settling(entry);
            if (change instanceof RequestChange.Settle settle) {
                // Before what the node itself adds, which has room of its own.
                checkSize();
                apply(settle);
            }
            requests = change;
        } catch (SQLException e) {
            throw fail(failure(e));
        } catch (Failure e) {
            throw fail(e);
        }
    }

    /** Remembers a request of a transaction that turned out to change nothing. */
    void settle(RequestEntry entry) {
        try {
            var settle = engine.memory().settling(entry);
            apply(settle);
            requests = settle;
        } catch (SQLException e) {
            throw fail(failure(e));
        }
    }

    private void apply(RequestChange.Settle settle) throws SQLException {
        level = engine.requests().add(settle.entries(), now, level);
    }

    @Override
    public long sizeBytes() {
        try {
            return engine.readPages() * engine.pageSize();
        } catch (SQLException e) {
            throw fail(failure(e));
        }
    }

    /** Whether it was used up by a failure; whatever the work made of that. */
    private void checkNotFailed() {
        if (failed != null) {
            throw failed;
        }
    }

    private Failure fail(Failure failure) {
        failed = failure;
        return failure;
    }

    @Override
    void writes(StatementKind kind, SqlCall call) throws SQLException {
        if (call.author() == SqlCall.Author.CALLER) {
            if (kind == StatementKind.SCHEMA) {
                SchemaNames.check(call.sql(), declared);
            } else {
                SchemaNames.checkWritten(call.sql(), declared);
            }
        }
        if (kind == StatementKind.SCHEMA && !schemaTouched) {
            schemaBefore = engine.connection().number(SCHEMA_VERSION);
            schemaTouched = true;
        }
    }

    @Override
    void wrote(StatementKind kind) {
        mayGrow |= kind != StatementKind.DELETE;
        switch (kind) {
            case SCHEMA -> {
                // The pages that their checks were about may belong to another table now.
                engine.statements().clear();
            }
            case MAINTENANCE, WRITING_PRAGMA -> otherwiseChanged = true;
            case SELECT, INSERT, UPDATE, DELETE, READING_PRAGMA -> {
                // Counted by SQLite, if anything changed.
            }
        }
    }

    /** After a rollback the schema is what it was, and so no longer what the statements saw. */
    void rolledBack() {
        if (schemaTouched) {
            engine.statements().clear();
        }
    }

    /**
     * The last step before COMMIT: checks time and size, and writes the commit's number. What the
     * instance will be once the commit is made.
     */
    Pending finish() {
        checkNotFailed();
        checkBudget();
        try {
            if (!(requests instanceof RequestChange.Settle)) {
                checkSize();
            }
            if (!changed()) {
                return new Pending(engine.meta(), requests);
            }
            var next = engine.meta().next(now, level).waking(wakeMicros).atSchema(schemaVersion);
            if (level.floorMillis() != engine.meta().requests().floorMillis()) {
                next.write(engine.connection());
            }
            return new Pending(next, requests);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** What becomes true with the commit. */
    record Pending(InstanceMeta meta, RequestChange requests) {}

    /**
     * What uses pages that are free in the file passes at the limit, and so does what only deletes:
     * an index may need a page more before any is given back.
     */
    private void checkSize() throws SQLException {
        long max = engine.databaseBytesMax();
        // A commit holds every page that it adds, and is undone if it holds more than that.
        if (!mayGrow || engine.sizeBytes() + InstanceDatabase.COMMIT_BYTES_MAX <= max) {
            return;
        }
        // At a savepoint full-text indexes write what they have gathered; else at the COMMIT.
        engine.connection().run(Own.SAVEPOINT);
        engine.connection().run(Own.RELEASE);
        long bytes = engine.readPages() * engine.pageSize();
        if (bytes > max && bytes > engine.sizeBytes() && bytes > max + requestBytes()) {
            throw instanceFull();
        }
    }

    /** Beyond the limit there is room for the requests that are remembered. */
    private long requestBytes() throws SQLException {
        return level.bytes() == RequestTable.UNKNOWN
                ? engine.requests().measureAll()
                : level.bytes();
    }

    @Override
    Failure full() {
        return engine.errors().isDiskFull() ? engine.errors().diskFull() : instanceFull();
    }

    /** Not how large it is, or would be: that tells of rows that the caller may not see. */
    private Failure instanceFull() {
        var limit = engine.sizeLimit();
        long max = engine.databaseBytesMax();
        return Failure.of(
                        Reason.INSTANCE_FULL,
                        limit
                                + ": the instance would be over it (expected: at most "
                                + max
                                + " bytes); reads and deletes go on")
                .with("limit", limit)
                .with("value", Long.toString(max));
    }
}
