package dev.atoll.node.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.blocks.schema.TableSql;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.Origin;
import dev.atoll.node.rules.Dynamic;
import dev.atoll.node.rules.Identity;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.node.sqlite.CommitSink;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.SqlResult;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.node.sqlite.SqliteLimits;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;

/** A real instance with the tables of a block, and short ways to call operations on it. */
final class TestOperations implements AutoCloseable {
    static final Instant START = Instant.parse("2026-11-21T12:00:00.123456Z");
    static final InstanceKey KEY = InstanceKey.parse("ws:acme");

    /** The table that the cases are about. */
    static final String DOCS =
            """
            databases:
              ws:
                dynamic: true
                access: { create: true, access: true }
                tables:
                  docs:
                    fields:
                      title:   { type: text, required: true, min: 1, max: 50, pattern: '^[a-zA-Z0-9 -]*$' }
                      n:       { type: integer, min: 0, max: 1000000 }
                      kind:    { type: text, enum: [a, b], default: a }
                      secret:  { type: boolean, default: false }
                      slug:    { type: text, unique: true }
                      at:      { type: datetime }
                      meta:    { type: json }
                      parent:  { type: text, references: docs.id }
                      ownerId: { type: text }
                    search: [title]
                    access:
                      read: row.secret == false || auth.id == row.ownerId
                      insert: auth.id == row.ownerId
                      update: auth.id == row.ownerId
                      check: auth.id == row.ownerId
                      delete: auth.id == row.ownerId
            """;

    private final InstanceDatabase database;
    private final TypedOperations operations;
    private Instant now = START;

    private TestOperations(Path folder, Block block) {
        var _ = folder.toFile().mkdirs();
        var identity = new InstanceDatabase.Identity(1_000_001, KEY);
        this.database =
                InstanceDatabase.create(
                        folder.resolve("acme.sqlite"), identity, SqliteLimits.DEFAULT, () -> now);
        this.operations = new TypedOperations(block, Map.of(), new RowIds(new Random(7)));
        for (var table : block.tables()) {
            TableSql.create(table).forEach(this::sql);
        }
    }

    /** An instance of the only block of the file. */
    static TestOperations in(Path folder, String yaml) {
        var result = BlockFile.read(yaml);
        assertThat(result).as(yaml).isInstanceOf(BlockFile.Result.Right.class);
        return new TestOperations(
                folder, ((BlockFile.Result.Right) result).file().blocks().getFirst());
    }

    /** One with more tables, each a line under {@code tables}. */
    static TestOperations withTables(Path folder, String... tables) {
        return in(
                folder,
                "databases:\n  ws:\n    dynamic: true\n    tables:\n"
                        + List.of(tables).stream()
                                .map(table -> "      " + table + "\n")
                                .collect(Collectors.joining()));
    }

    static CallBudget budget() {
        return new CallBudget(
                System.nanoTime() + Duration.ofMinutes(2).toNanos(), System::nanoTime);
    }

    private static final CommitSink SINK =
            new CommitSink() {
                @Override
                public Origin origin(long timeMicros) {
                    return new Origin(0, 1, 1_000_001, timeMicros);
                }

                @Override
                public void append(JournalRecord.Commit commit) {
                    // Nobody crashes here.
                }
            };

    void pass(Duration time) {
        now = now.plus(time);
    }

    Instant now() {
        return now;
    }

    RowCaller service() {
        return RowCaller.service(KEY, now);
    }

    RowCaller user(String id) {
        return RowCaller.user(
                new RuleContext(new Identity(id, null, null, Map.<String, Dynamic>of()), KEY, now));
    }

    RowCaller anonymous() {
        return RowCaller.user(new RuleContext(null, KEY, now));
    }

    /** One operation that reads, in a transaction of its own. */
    OperationResult read(RowCaller caller, Operation.Read operation) {
        return database.read(budget(), tx -> operations.read(tx, caller, operation));
    }

    /** One operation in a transaction of its own. */
    OperationResult run(RowCaller caller, Operation operation) {
        return run(caller, List.of(operation)).getFirst();
    }

    /** Several in one transaction; a failure has the index of its operation. */
    List<OperationResult> run(RowCaller caller, List<Operation> all) {
        return database.write(
                budget(),
                SINK,
                tx -> {
                    var results = new ArrayList<OperationResult>();
                    for (int i = 0; i < all.size(); i++) {
                        try {
                            results.add(
                                    operations.run(tx, caller, all.get(i), OptionalLong.empty()));
                        } catch (Failure e) {
                            throw e.inOperation(i);
                        }
                    }
                    return results;
                });
    }

    OperationResult runExpecting(long changes, RowCaller caller, Operation operation) {
        return database.write(
                budget(),
                SINK,
                tx -> operations.run(tx, caller, operation, OptionalLong.of(changes)));
    }

    /** SQL, as a service may send it. */
    SqlResult sql(String sql) {
        return database.write(budget(), SINK, tx -> tx.execute(SqlCall.of(sql)));
    }

    long commit() {
        return database.commit();
    }

    /** Adds a row as a service. */
    String add(String table, Map<String, TypedValue> fields) {
        return id(run(service(), new Operation.Insert(table, fields)));
    }

    static String id(OperationResult result) {
        return result.rows().getFirst().getFirst() instanceof SqlValue.Text(String id) ? id : "?";
    }

    /** The row by name, as plain values. */
    Map<String, Object> row(RowCaller caller, String table, String id) {
        var result = read(caller, new Operation.Get(table, id, List.of()));
        return named(result).getFirst();
    }

    static List<Map<String, Object>> named(OperationResult result) {
        return result.rows().stream()
                .<Map<String, Object>>map(
                        row -> {
                            var named = new LinkedHashMap<String, Object>();
                            for (int i = 0; i < row.size(); i++) {
                                named.put(result.columns().get(i).name(), plain(row.get(i)));
                            }
                            return named;
                        })
                .toList();
    }

    /** The values of the only column of the rows. */
    static List<Object> only(OperationResult result) {
        return result.rows().stream().map(row -> plain(row.getFirst())).toList();
    }

    static Object plain(SqlValue value) {
        return switch (value) {
            case SqlValue.Null() -> "NULL";
            case SqlValue.Integer64(long integer) -> integer;
            case SqlValue.Real(double real) -> real;
            case SqlValue.Text(String text) -> text;
            case SqlValue.Blob(var blob) -> blob;
        };
    }

    static Map<String, TypedValue> fields(Object... namesAndValues) {
        var fields = new HashMap<String, TypedValue>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], value(namesAndValues[i + 1]));
        }
        return fields;
    }

    private static TypedValue value(Object value) {
        return switch (value) {
            case TypedValue typed -> typed;
            case String text -> TypedValue.of(text);
            case Integer number -> TypedValue.of((long) number);
            case Long number -> TypedValue.of((long) number);
            case Double number -> TypedValue.of((double) number);
            case Boolean bool -> TypedValue.of((boolean) bool);
            case Instant moment -> TypedValue.of(moment);
            default -> throw new IllegalArgumentException("value: " + value);
        };
    }

    static Failure failure(Reason reason, Runnable action) {
        var failure = catchThrowableOfType(Failure.class, action::run);
        assertThat(failure).as("the action fails").isNotNull();
        assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
        return failure;
    }

    Failure refused(Reason reason, RowCaller caller, Operation operation) {
        return failure(reason, () -> run(caller, operation));
    }

    @Override
    public void close() {
        database.close();
    }
}
