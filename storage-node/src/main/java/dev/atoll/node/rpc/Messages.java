package dev.atoll.node.rpc;

import com.google.protobuf.Timestamp;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.instance.InstanceStatus;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.SqlColumn;
import dev.atoll.node.sqlite.SqlResult;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.proto.v1.CallStats;
import dev.atoll.proto.v1.Column;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceState;
import dev.atoll.proto.v1.NullValue;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.Row;
import dev.atoll.proto.v1.SqlStatement;
import dev.atoll.proto.v1.Value;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** Turns messages into domain values and back. Immutable. */
final class Messages {
    private static final Value NULL = Value.newBuilder().setNull(NullValue.NULL_VALUE).build();
    private static final long MICROS = 1_000_000;
    private static final int NANOS_PER_MICRO = 1_000;

    /** A little over ten thousand years either way. */
    private static final long SECONDS_MAX = 377_705_116_800L;

    private Messages() {}

    static SqlCall sqlCall(SqlStatement statement) {
        var positional = new ArrayList<SqlValue>(statement.getParametersCount());
        for (var value : statement.getParametersList()) {
            positional.add(value(value));
        }
        var named = HashMap.<String, SqlValue>newHashMap(statement.getNamedParametersCount());
        statement.getNamedParametersMap().forEach((name, value) -> named.put(name, value(value)));
        return new SqlCall(statement.getSql(), positional, named);
    }

    static SqlValue value(Value value) {
        return switch (value.getKindCase()) {
            case NULL, KIND_NOT_SET -> SqlValue.NULL;
            case BOOLEAN -> SqlValue.of(value.getBoolean() ? 1 : 0);
            case INTEGER -> SqlValue.of(value.getInteger());
            case REAL -> SqlValue.of(value.getReal());
            case TEXT -> SqlValue.of(value.getText());
            case BLOB -> SqlValue.of(value.getBlob());
            case JSON -> SqlValue.of(value.getJson());
            case TIMESTAMP -> SqlValue.of(micros(value.getTimestamp()));
        };
    }

    static Value value(SqlValue value) {
        return switch (value) {
            case SqlValue.Null() -> NULL;
            case SqlValue.Integer64(long integer) -> Value.newBuilder().setInteger(integer).build();
            case SqlValue.Real(double real) -> Value.newBuilder().setReal(real).build();
            case SqlValue.Text(String text) -> Value.newBuilder().setText(text).build();
            case SqlValue.Blob(var bytes) -> Value.newBuilder().setBlob(bytes).build();
        };
    }

    static Row row(List<SqlValue> values) {
        var row = Row.newBuilder();
        for (var value : values) {
            row.addValues(value(value));
        }
        return row.build();
    }

    static Column column(SqlColumn column) {
        return Column.newBuilder()
                .setName(column.name())
                .setDeclaredType(column.declaredType())
                .build();
    }

    static OperationResult result(SqlResult result) {
        var message =
                OperationResult.newBuilder()
                        .setChanges(result.changes())
                        .setLastInsertRowid(result.lastInsertRowid());
        for (var column : result.columns()) {
            message.addColumns(column(column));
        }
        for (var row : result.rows()) {
            message.addRows(row(row));
        }
        return message.build();
    }

    static Instance instance(InstanceStatus status, String node) {
        CatalogEntry entry = status.entry();
        var state =
                switch (status.state()) {
                    case OPEN -> InstanceState.INSTANCE_STATE_OPEN;
                    case SLEEPING -> InstanceState.INSTANCE_STATE_SLEEPING;
                    case QUARANTINED -> InstanceState.INSTANCE_STATE_QUARANTINED;
                };
        var message =
                Instance.newBuilder()
                        .setKey(entry.key().toProto())
                        .setIncarnation(entry.incarnation())
                        .setState(state)
                        .setCreatedAt(timestamp(entry.createdAt()))
                        .setBookmark(entry.newest().toString())
                        .setDatabaseSizeBytes(entry.content().bytes())
                        .setSchemaVersion(entry.content().schema().version())
                        .setShard(entry.shard())
                        .setNode(node);
        entry.content().lastCommitAt().ifPresent(time -> message.setLastCommitAt(timestamp(time)));
        return message.build();
    }

    static com.google.protobuf.Duration duration(Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    static long micros(Timestamp timestamp) {
        long seconds = timestamp.getSeconds();
        int nanos = timestamp.getNanos();
        if (Math.abs(seconds) > SECONDS_MAX || nanos < 0 || nanos > 999_999_999) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "timestamp: "
                            + seconds
                            + " s and "
                            + nanos
                            + " ns (expected: the years -9999 to 9999, and 0 to 999999999 ns)");
        }
        return seconds * MICROS + nanos / NANOS_PER_MICRO;
    }

    /** Of microseconds since 1970. */
    static Timestamp timestamp(long micros) {
        return Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(micros, MICROS))
                .setNanos((int) Math.floorMod(micros, MICROS) * NANOS_PER_MICRO)
                .build();
    }

    /** What a call cost. */
    static CallStats.Builder stats(
            List<OperationResult> results, ReadTransaction tx, Turn turn, long startNanos) {
        long returned = 0;
        long changed = 0;
        for (var result : results) {
            returned += result.getRowsCount();
            changed += result.getChanges();
        }
        return CallStats.newBuilder()
                .setRowsReturned(returned)
                .setRowsChanged(changed)
                .setVmSteps(tx.vmSteps())
                .setDuration(duration(Duration.ofNanos(System.nanoTime() - startNanos)))
                .setQueueTime(duration(turn.queueTime()))
                .setDatabaseSizeBytes(tx.sizeBytes());
    }
}
