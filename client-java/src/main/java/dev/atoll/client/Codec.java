package dev.atoll.client;

import com.google.protobuf.Timestamp;
import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.CallStats;
import dev.atoll.proto.v1.ListAlarmsResponse;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.SqlStatement;
import dev.atoll.proto.v1.Value;
import dev.atoll.wire.InstanceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What users see, from and to the messages of the wire. Immutable. */
final class Codec {
    private Codec() {}

    static SqlStatement statement(Sql sql) {
        var statement = SqlStatement.newBuilder().setSql(sql.text());
        sql.positional().forEach(value -> statement.addParameters(Values.toProto(value)));
        sql.named()
                .forEach(
                        (name, value) -> statement.putNamedParameters(name, Values.toProto(value)));
        return statement.build();
    }

    static ReadOperation read(Sql sql) {
        return ReadOperation.newBuilder().setSql(statement(sql)).build();
    }

    /** What {@link Values#checked} takes, as the wire has it. */
    static Value value(@Nullable Object value, String what) {
        return Values.toProto(Values.checked(value, what));
    }

    /** In the order of their names: equal fields make equal messages. */
    static Map<String, Value> fields(Map<String, ? extends @Nullable Object> fields) {
        var values = new TreeMap<String, Value>();
        fields.forEach((name, value) -> values.put(name, value(value, "field " + name)));
        return Collections.unmodifiableMap(values);
    }

    /** What a record has no value for is left to the table's defaults. */
    static Map<String, Value> fieldsOfNew(Record row) {
        var fields = RecordMapper.fields(row);
        fields.values().removeIf(Objects::isNull);
        return fields(fields);
    }

    /** The page that was the only thing asked for. */
    static RowPage page(QueryResponse reply) {
        var result = reply.getResults(0);
        return new RowPage(
                rows(result, reply.getBookmark(), cost(reply.getStats())),
                result.getNextPageToken());
    }

    static Snapshot snapshot(QueryResponse reply) {
        var cost = cost(reply.getStats());
        return new Snapshot(
                reply.getResultsList().stream()
                        .map(
                                result ->
                                        new ReadResult(
                                                rows(result, reply.getBookmark(), cost),
                                                result.getCount(),
                                                result.getNextPageToken()))
                        .toList(),
                reply.getBookmark(),
                cost);
    }

    static Mutation mutation(MutateResponse reply) {
        var cost = cost(reply.getStats());
        return new Mutation(
                reply.getResultsList().stream()
                        .map(
                                result ->
                                        new WriteResult(
                                                rows(result, reply.getBookmark(), cost),
                                                result.getChanges(),
                                                result.getLastInsertRowid(),
                                                result.getCount(),
                                                result.getNextPageToken()))
                        .toList(),
                reply.getBookmark(),
                reply.getReplayed(),
                cost);
    }

    static Columns columns(List<dev.atoll.proto.v1.Column> columns) {
        var list = new ArrayList<Column>(columns.size());
        for (var column : columns) {
            list.add(new Column(column.getName(), column.getDeclaredType()));
        }
        return new Columns(list);
    }

    static Row row(Columns columns, dev.atoll.proto.v1.Row row) {
        if (row.getValuesCount() != columns.size()) {
            throw new IllegalStateException(
                    "a row of "
                            + row.getValuesCount()
                            + " values (expected: "
                            + columns.size()
                            + ")");
        }
        var values = new @Nullable Object[columns.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Values.ofProto(row.getValues(i));
        }
        return new Row(columns, values);
    }

    static Cost cost(CallStats stats) {
        return new Cost(
                stats.getRowsReturned(),
                stats.getRowsChanged(),
                stats.getVmSteps(),
                duration(stats.getDuration()),
                duration(stats.getQueueTime()),
                stats.getDatabaseSizeBytes());
    }

    static InstanceInfo instance(dev.atoll.proto.v1.Instance instance) {
        var state =
                switch (instance.getState()) {
                    case INSTANCE_STATE_OPEN -> InstanceState.OPEN;
                    case INSTANCE_STATE_SLEEPING -> InstanceState.SLEEPING;
                    case INSTANCE_STATE_QUARANTINED -> InstanceState.QUARANTINED;
                    case INSTANCE_STATE_UNSPECIFIED, UNRECOGNIZED -> InstanceState.UNKNOWN;
                };
        return new InstanceInfo(
                InstanceKey.of(instance.getKey()),
                instance.getIncarnation(),
                state,
                moment(instance.getCreatedAt()),
                instance.hasLastCommitAt()
                        ? Optional.of(moment(instance.getLastCommitAt()))
                        : Optional.empty(),
                instance.getBookmark(),
                instance.getDatabaseSizeBytes(),
                instance.getSchemaVersion(),
                instance.getShard(),
                instance.getNode());
    }

    static NodeInfo node(dev.atoll.proto.v1.Node node) {
        return new NodeInfo(
                node.getId(),
                node.getAddress(),
                node.getLive(),
                node.getCapacity(),
                node.getShards(),
                node.hasRegisteredAt()
                        ? Optional.of(moment(node.getRegisteredAt()))
                        : Optional.empty());
    }

    static ShardInfo shard(dev.atoll.proto.v1.Shard shard) {
        var state =
                switch (shard.getState()) {
                    case SHARD_STATE_UNASSIGNED -> ShardInfo.State.UNASSIGNED;
                    case SHARD_STATE_ACTIVE -> ShardInfo.State.ACTIVE;
                    case SHARD_STATE_RELEASING -> ShardInfo.State.RELEASING;
                    case SHARD_STATE_RELEASED -> ShardInfo.State.RELEASED;
                    case SHARD_STATE_UNSPECIFIED, UNRECOGNIZED -> ShardInfo.State.UNKNOWN;
                };
        return new ShardInfo(shard.getShard(), shard.getOwner(), shard.getEpoch(), state);
    }

    private static Rows rows(OperationResult result, String bookmark, Cost cost) {
        // Loops, here and in columns: every reply passes here, and most are a row or two.
        var columns = columns(result.getColumnsList());
        var rows = new ArrayList<Row>(result.getRowsCount());
        for (var row : result.getRowsList()) {
            rows.add(row(columns, row));
        }
        return new Rows(columns, rows, bookmark, cost);
    }

    static AlarmInfo alarm(Alarm alarm) {
        return new AlarmInfo(
                InstanceKey.of(alarm.getInstance()),
                alarm.getName(),
                moment(alarm.getTime()),
                alarm.getOperationsCount(),
                alarm.getAttempts(),
                moment(alarm.getNextAttempt()),
                Optional.of(alarm.getLastError()).filter(error -> !error.isEmpty()));
    }

    static AlarmPage alarms(ListAlarmsResponse reply) {
        return new AlarmPage(
                reply.getAlarmsList().stream().map(Codec::alarm).toList(),
                reply.getNextPageToken());
    }

    static Timestamp timestamp(Instant moment) {
        return Timestamp.newBuilder()
                .setSeconds(moment.getEpochSecond())
                .setNanos(moment.getNano())
                .build();
    }

    private static Instant moment(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }
}
