package dev.atoll.client;

import dev.atoll.client.internal.MessageStream;
import dev.atoll.proto.v1.ClearAlarmRequest;
import dev.atoll.proto.v1.ClearAlarmResponse;
import dev.atoll.proto.v1.CreateInstanceRequest;
import dev.atoll.proto.v1.DeleteInstanceRequest;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.ListAlarmsRequest;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.QueryStreamResponse;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.SetAlarm;
import dev.atoll.proto.v1.SetAlarmRequest;
import dev.atoll.wire.InstanceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One instance, with calls that do not wait: the counterpart of {@link Instance}, where each call
 * is described. Thread-safe.
 *
 * <p>A future fails with an {@link AtollException}. To cancel it cancels the call; whether a write
 * was executed is then unknown. Stages run on virtual threads of the client and may block.
 *
 * <p>Calls that are under way together run in any order: the client may send one by another way
 * than those before it, and repeats one that failed. A call runs after those whose futures had
 * completed when it was made; operations of one mutation run in their order.
 */
public final class AsyncInstance {
    private final Calls calls;
    private final InstanceKey key;
    private final ReadPoint readPoint;

    AsyncInstance(Calls calls, InstanceKey key, ReadPoint readPoint) {
        this.calls = calls;
        this.key = key;
        this.readPoint = readPoint;
    }

    /** Its name. */
    public InstanceKey key() {
        return key;
    }

    /** As {@link Instance#query(String, Object...)}. */
    public CompletableFuture<Rows> query(String sql, @Nullable Object... parameters) {
        return query(Sql.of(sql, parameters));
    }

    /** As {@link Instance#query(String, Map)}. */
    public CompletableFuture<Rows> query(
            String sql, Map<String, ? extends @Nullable Object> parameters) {
        return query(Sql.of(sql, parameters));
    }

    /** As {@link Instance#query(Sql)}. */
    public CompletableFuture<Rows> query(Sql sql) {
        return read(Codec.read(sql), reply -> Codec.snapshot(reply).rows(0));
    }

    /** As {@link Instance#read(List)}. */
    public CompletableFuture<Snapshot> read(List<Sql> statements) {
        var operations = statements.stream().map(Codec::read).toList();
        return calls.api().query(request(operations), calls.deadline(), Codec::snapshot);
    }

    /** As {@link Instance#read(Consumer)}. */
    public CompletableFuture<Snapshot> read(Consumer<Reads> operations) {
        var reads = new Reads();
        operations.accept(reads);
        return calls.api().query(request(reads.send()), calls.deadline(), Codec::snapshot);
    }

    /** As {@link Instance#table}. */
    public AsyncTable table(String name) {
        return new AsyncTable(this, Selected.all(name));
    }

    /** As {@link Instance#mutate(String, Object...)}. */
    public CompletableFuture<Mutation> mutate(String sql, @Nullable Object... parameters) {
        return mutate(Sql.of(sql, parameters));
    }

    /** As {@link Instance#mutate(String, Map)}. */
    public CompletableFuture<Mutation> mutate(
            String sql, Map<String, ? extends @Nullable Object> parameters) {
        return mutate(Sql.of(sql, parameters));
    }

    /** As {@link Instance#mutate(Sql)}. */
    public CompletableFuture<Mutation> mutate(Sql sql) {
        return mutate(
                transaction -> {
                    transaction.execute(sql);
                });
    }

    /** As {@link Instance#mutate(Consumer)}. */
    public CompletableFuture<Mutation> mutate(Consumer<Transaction> operations) {
        var transaction = new Transaction();
        operations.accept(transaction);
        // Made once, before the first attempt: what makes all attempts one.
        var requestId = transaction.requestId(calls.api()::nextRequestId);
        var request =
                MutateRequest.newBuilder()
                        .setInstance(key.toProto())
                        .addAllOperations(transaction.send())
                        .setRequestId(requestId)
                        .build();
        return calls.api()
                .mutate(
                        request,
                        calls.deadline(),
                        reply -> {
                            readPoint.wrote(reply.getBookmark());
                            return Codec.mutation(reply);
                        });
    }

    /** As {@link Instance#setAlarm(String, Instant, Consumer)}. */
    public CompletableFuture<AlarmInfo> setAlarm(
            String name, Instant time, Consumer<Transaction> operations) {
        return setAlarm(Transaction.alarm(name, time, operations));
    }

    /** As {@link Instance#setAlarm(String, Instant)}. */
    public CompletableFuture<AlarmInfo> setAlarm(String name, Instant time) {
        return setAlarm(Transaction.alarm(name, time));
    }

    private CompletableFuture<AlarmInfo> setAlarm(SetAlarm.Builder alarm) {
        return calls.api()
                .setAlarm(
                        SetAlarmRequest.newBuilder()
                                .setInstance(key.toProto())
                                .setName(alarm.getName())
                                .setTime(alarm.getTime())
                                .addAllOperations(alarm.getOperationsList())
                                .build(),
                        calls.deadline(),
                        Codec::alarm);
    }

    /**
     * A page of its alarms, by time.
     *
     * @param size 1 to 1,000
     * @param pageToken of the page before; empty for the first
     */
    public CompletableFuture<AlarmPage> alarms(int size, String pageToken) {
        return calls.api()
                .alarms(
                        ListAlarmsRequest.newBuilder()
                                .setInstance(key.toProto())
                                .setPageSize(Selected.checkedSize(size))
                                .setPageToken(pageToken)
                                .build(),
                        calls.deadline(),
                        Codec::alarms);
    }

    /** As {@link Instance#clearAlarm}. */
    public CompletableFuture<Boolean> clearAlarm(String name) {
        return calls.api()
                .clearAlarm(
                        ClearAlarmRequest.newBuilder()
                                .setInstance(key.toProto())
                                .setName(name)
                                .build(),
                        calls.deadline(),
                        ClearAlarmResponse::getCleared);
    }

    /** As {@link Instance#create()}. */
    public CompletableFuture<InstanceInfo> create() {
        return calls.api()
                .create(
                        CreateInstanceRequest.newBuilder().setInstance(key.toProto()).build(),
                        calls.deadline(),
                        Codec::instance);
    }

    /** As {@link Instance#describe()}. */
    public CompletableFuture<InstanceInfo> describe() {
        return calls.api()
                .describe(
                        DescribeInstanceRequest.newBuilder().setInstance(key.toProto()).build(),
                        calls.deadline(),
                        Codec::instance);
    }

    /** As {@link Instance#delete()}. */
    public CompletableFuture<@Nullable Void> delete() {
        return calls.api()
                .<@Nullable Void>delete(
                        DeleteInstanceRequest.newBuilder().setInstance(key.toProto()).build(),
                        calls.deadline(),
                        reply -> {
                            readPoint.deleted();
                            return null;
                        });
    }

    /** The same for {@link Instance}, which waits for every call and hands no future out. */
    AsyncInstance awaited() {
        return new AsyncInstance(calls.awaited(), key, readPoint);
    }

    /** As {@link Instance#withDeadline}. */
    public AsyncInstance withDeadline(Duration deadline) {
        return new AsyncInstance(calls.withDeadline(deadline), key, readPoint);
    }

    /** As {@link Instance#atLeast}. */
    public AsyncInstance atLeast(String bookmark) {
        return new AsyncInstance(calls, key, ReadPoint.atLeast(bookmark));
    }

    /** As {@link Instance#readYourWrites}. */
    public AsyncInstance readYourWrites() {
        return new AsyncInstance(calls, key, ReadPoint.following(readPoint.bookmark()));
    }

    MessageStream<QueryStreamResponse> stream(
            Sql sql, MessageStream.Receiver<QueryStreamResponse> receiver) {
        return calls.api()
                .queryStream(request(List.of(Codec.read(sql))), calls.deadline(), receiver);
    }

    /** One read of any kind. */
    <T> CompletableFuture<T> read(ReadOperation operation, Function<QueryResponse, T> decode) {
        return calls.api().query(request(List.of(operation)), calls.deadline(), decode);
    }

    private QueryRequest request(List<ReadOperation> operations) {
        if (operations.isEmpty()) {
            throw new IllegalArgumentException("query: no reads (expected: at least one)");
        }
        return QueryRequest.newBuilder()
                .setInstance(key.toProto())
                .addAllOperations(operations)
                .setMinBookmark(readPoint.bookmark())
                .build();
    }
}
