package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.Origin;
import dev.atoll.node.sqlite.InstanceDatabase.Identity;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** A fresh instance in a folder, with short ways to call it and a clock that tests turn. */
final class TestDatabase implements AutoCloseable {
    static final Identity ALICE = new Identity(1_000_001, InstanceKey.parse("user:alice"));
    static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    /** Takes every commit; what is not folded is lost with the process. */
    static final CommitSink SINK = sink(_ -> {});

    /** Gives each commit to a journal of the test's. */
    static CommitSink sink(Consumer<JournalRecord.Commit> journal) {
        return new CommitSink() {
            @Override
            public Origin origin(long timeMicros) {
                return new Origin(0, 1, ALICE.incarnation(), timeMicros);
            }

            @Override
            public void append(JournalRecord.Commit commit) {
                journal.accept(commit);
            }
        };
    }

    final Path file;
    private final SqliteLimits limits;
    private Instant now = START;
    private InstanceDatabase database;

    private TestDatabase(Path file, SqliteLimits limits) {
        this.file = file;
        this.limits = limits;
        this.database = InstanceDatabase.create(file, ALICE, limits, () -> now);
    }

    static TestDatabase in(Path folder) {
        return in(folder, SqliteLimits.DEFAULT);
    }

    static TestDatabase in(Path folder, SqliteLimits limits) {
        return new TestDatabase(folder.resolve("alice.sqlite"), limits);
    }

    InstanceDatabase database() {
        return database;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    Instant now() {
        return now;
    }

    void reopen() {
        database.fold();
        database.close();
        database = InstanceDatabase.open(FoldedFile.read(file), ALICE, limits, () -> now);
    }

    /** Far beyond what any test takes. */
    static CallBudget budget() {
        return new CallBudget(
                System.nanoTime() + Duration.ofMinutes(2).toNanos(), System::nanoTime);
    }

    <T> T read(Function<ReadTransaction, T> work) {
        return database.read(budget(), work);
    }

    <T> T write(Function<WriteTransaction, T> work) {
        return database.write(budget(), SINK, work);
    }

    SqlResult query(String sql, SqlValue... parameters) {
        return read(transaction -> transaction.query(SqlCall.of(sql, parameters)));
    }

    SqlResult queryNamed(String sql, Map<String, SqlValue> parameters) {
        return read(transaction -> transaction.query(new SqlCall(sql, List.of(), parameters)));
    }

    /** One statement in a transaction of its own. */
    SqlResult execute(String sql, SqlValue... parameters) {
        return write(transaction -> transaction.execute(SqlCall.of(sql, parameters)));
    }

    /** Several statements in one transaction. */
    List<SqlResult> executeAll(String... statements) {
        return write(
                transaction -> {
                    var results = new ArrayList<SqlResult>();
                    for (var sql : statements) {
                        results.add(transaction.execute(SqlCall.of(sql)));
                    }
                    return results;
                });
    }

    /** The rows as plain Java values: Long, Double, String, ByteString, or "NULL" for NULL. */
    List<List<Object>> rows(String sql, SqlValue... parameters) {
        return plain(query(sql, parameters));
    }

    static List<List<Object>> plain(SqlResult result) {
        return result.rows().stream()
                .map(row -> row.stream().map(TestDatabase::plain).toList())
                .toList();
    }

    private static Object plain(SqlValue value) {
        return switch (value) {
            case SqlValue.Null() -> "NULL";
            case SqlValue.Integer64(long integer) -> integer;
            case SqlValue.Real(double real) -> real;
            case SqlValue.Text(String text) -> text;
            case SqlValue.Blob(var blob) -> blob;
        };
    }

    /** The failure of that reason that the action ends with. */
    static Failure failure(Reason reason, Runnable action) {
        var failure = catchThrowableOfType(Failure.class, action::run);
        assertThat(failure).as("the action fails").isNotNull();
        assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
        return failure;
    }

    /** The refusal of a statement, the same in a transaction that reads and in one that writes. */
    Failure refused(Reason reason, String sql) {
        var inQuery = failure(reason, () -> query(sql));
        var inMutate = failure(reason, () -> execute(sql));
        assertThat(inQuery.message()).isEqualTo(inMutate.message());
        return inMutate;
    }

    @Override
    public void close() {
        if (database.broken().isEmpty()) {
            database.fold();
        }
        database.close();
    }
}
