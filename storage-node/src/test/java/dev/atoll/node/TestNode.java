package dev.atoll.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.process.Settings;
import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.CountRows;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.DeleteInstanceRequest;
import dev.atoll.proto.v1.InsertRow;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.SqlStatement;
import dev.atoll.proto.v1.Value;
import dev.atoll.proto.v1.VerifyInstanceRequest;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A real node in this process, and a router's way of calling it. */
public final class TestNode implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final StorageNode node;
    private final ManagedChannel channel;
    private boolean waitsForPlaces;

    private TestNode(Path data, Map<String, String> settings, InstantSource clock)
            throws IOException {
        var all = new HashMap<>(settings);
        all.put("data", data.toString());
        all.putIfAbsent("disk-reserve", "1MiB");
        all.putIfAbsent("journal-segment-bytes", "1MiB");
        var config =
                NodeConfig.local(
                        Settings.gather(NodeConfig.SETTINGS, all, Map.of(), null, List.of()));
        var name = UUID.randomUUID().toString();
        node = StorageNode.startLocal(config, registry, name, clock);
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    public static TestNode start(Path data) throws IOException {
        return new TestNode(data, Map.of(), InstantSource.system());
    }

    public static TestNode start(Path data, Map<String, String> settings) throws IOException {
        return new TestNode(data, settings, InstantSource.system());
    }

    /**
     * One whose alarms and expired rows are due by that clock. What it does by itself takes places
     * among the open instances, so {@link #mutate(String, String...)} and {@link #query} wait for
     * one, as clients do.
     */
    static TestNode start(Path data, Map<String, String> settings, InstantSource clock)
            throws IOException {
        var node = new TestNode(data, settings, clock);
        node.waitsForPlaces = true;
        return node;
    }

    public MeterRegistry registry() {
        return registry;
    }

    public StorageNode node() {
        return node;
    }

    public ManagedChannel channel() {
        return channel;
    }

    /** The stub as a router with that key uses it. */
    public DatabaseServiceGrpc.DatabaseServiceBlockingStub database(String key) {
        return database(service(), key);
    }

    private DatabaseServiceGrpc.DatabaseServiceBlockingStub database(Caller caller, String key) {
        return as(caller, key, DatabaseServiceGrpc.newBlockingStub(channel));
    }

    public InstanceServiceGrpc.InstanceServiceBlockingStub instances(String key) {
        return as(service(), key, InstanceServiceGrpc.newBlockingStub(channel));
    }

    /** A stub without a caller. */
    InstanceServiceGrpc.InstanceServiceBlockingStub bareInstances() {
        return InstanceServiceGrpc.newBlockingStub(channel);
    }

    /** The same. */
    DatabaseServiceGrpc.DatabaseServiceBlockingStub bareDatabase() {
        return DatabaseServiceGrpc.newBlockingStub(channel);
    }

    /** The stub as a router uses it for calls that name no instance. */
    static <S extends AbstractStub<S>> S as(Caller caller, S stub) {
        var headers = new Metadata();
        headers.put(CallMetadata.CALLER, caller.toProto());
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    public static <S extends AbstractStub<S>> S as(Caller caller, String key, S stub) {
        var headers = new Metadata();
        headers.put(CallMetadata.CALLER, caller.toProto());
        headers.put(CallMetadata.AUTHORISED_KEY, InstanceKey.parse(key).bytes());
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Makes a file the current declarations. */
    public void apply(String yaml) {
        var headers = new Metadata();
        headers.put(CallMetadata.CALLER, service().toProto());
        var _ =
                ConfigServiceGrpc.newBlockingStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .applyConfig(
                                ApplyConfigRequest.newBuilder()
                                        .setYaml(yaml)
                                        .setAllowDestructive(true)
                                        .build());
    }

    public static Caller service() {
        return new Caller(Caller.Kind.SERVICE, "test", "tester");
    }

    public MutateResponse mutate(String key, String... statements) {
        var mutation = mutation(key, statements).build();
        return oncePlaced(() -> database(key).mutate(mutation));
    }

    /** The same by a caller that may be a user. */
    MutateResponse mutate(Caller caller, String key, WriteOperation... operations) {
        return database(caller, key)
                .mutate(mutation(key).addAllOperations(List.of(operations)).build());
    }

    /** How many rows of a table the caller sees. */
    long count(Caller caller, String key, String table) {
        var counting =
                ReadOperation.newBuilder().setCount(CountRows.newBuilder().setTable(table)).build();
        return database(caller, key)
                .query(
                        QueryRequest.newBuilder()
                                .setInstance(InstanceKey.parse(key).toProto())
                                .addOperations(counting)
                                .build())
                .getResults(0)
                .getCount();
    }

    /** The same, or nothing: folds may have to catch up with a journal that is small. */
    public void offer(String key, String... statements) {
        try {
            mutate(key, statements);
        } catch (StatusRuntimeException e) {
            var failure = FailureStatus.find(e.getStatus(), e.getTrailers()).orElseThrow();
            assertThat(failure.reason()).isEqualTo(Reason.OVERLOADED);
        }
    }

    /**
     * What a call answers as soon as there is a place for it, where this node is one that waits.
     */
    <T> T oncePlaced(Supplier<T> call) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return call.get();
            } catch (StatusRuntimeException e) {
                var failure = FailureStatus.find(e.getStatus(), e.getTrailers());
                boolean busy = failure.map(Failure::reason).equals(Optional.of(Reason.OVERLOADED));
                if (!waitsForPlaces || !busy || end - System.nanoTime() < 0) {
                    throw e;
                }
                LockSupport.parkNanos(LOOK_EVERY.toNanos());
            }
        }
    }

    public QueryResponse query(String key, String sql) {
        return oncePlaced(() -> database(key).query(reading(key, sql)));
    }

    public void delete(String key) {
        var _ =
                instances(key)
                        .deleteInstance(
                                DeleteInstanceRequest.newBuilder()
                                        .setInstance(InstanceKey.parse(key).toProto())
                                        .build());
    }

    /** What a check finds. */
    public List<String> problems(String key) {
        return instances(key)
                .verifyInstance(
                        VerifyInstanceRequest.newBuilder()
                                .setInstance(InstanceKey.parse(key).toProto())
                                .build())
                .getProblemsList();
    }

    /** The single integer that a query gives. */
    public long integer(String key, String sql) {
        return query(key, sql).getResults(0).getRows(0).getValues(0).getInteger();
    }

    public static MutateRequest.Builder mutation(String key, String... statements) {
        var request = MutateRequest.newBuilder().setInstance(InstanceKey.parse(key).toProto());
        for (var sql : statements) {
            request.addOperations(
                    WriteOperation.newBuilder().setSql(SqlStatement.newBuilder().setSql(sql)));
        }
        return request;
    }

    /** Of a row with that text in one of its fields. */
    static WriteOperation insertion(String table, String field, String text) {
        var value = Value.newBuilder().setText(text).build();
        return WriteOperation.newBuilder()
                .setInsert(InsertRow.newBuilder().setTable(table).putFields(field, value))
                .build();
    }

    public static QueryRequest reading(String key, String sql) {
        return QueryRequest.newBuilder()
                .setInstance(InstanceKey.parse(key).toProto())
                .addOperations(
                        ReadOperation.newBuilder().setSql(SqlStatement.newBuilder().setSql(sql)))
                .build();
    }

    /** Asks for the first page of a namespace. */
    public static ListInstancesRequest listing(String namespace) {
        return ListInstancesRequest.newBuilder().setNamespace(namespace).build();
    }

    public static Value integer(long value) {
        return Value.newBuilder().setInteger(value).build();
    }

    /**
     * Copies a data folder that may be in use, as a kill would leave it. A file of the journal that
     * is being made ready is nothing yet, and gets another name meanwhile.
     */
    public static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (var path : all.filter(TestNode::holdsSomething).toList()) {
                var target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (Files.exists(path) && !Files.exists(target)) {
                    Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private static boolean holdsSomething(Path path) {
        return !path.toString().endsWith(".spare") && !path.toString().endsWith(".making");
    }

    /** What becomes true without anybody asking for it. */
    public interface Condition {
        boolean holds() throws IOException;
    }

    /** Waits until it holds. */
    public static void eventually(Condition condition) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(end - System.nanoTime()).as("nanoseconds left to wait").isPositive();
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    /** The failure that a call ends with. */
    public static Failure failure(ThrowingCallable call) {
        try {
            call.call();
        } catch (StatusRuntimeException e) {
            return FailureStatus.find(e.getStatus(), e.getTrailers())
                    .orElseThrow(() -> new AssertionError("a bare status", e));
        } catch (Throwable e) {
            throw new AssertionError("not a status", e);
        }
        throw new AssertionError("the call succeeded (expected: a failure)");
    }

    @Override
    public void close() {
        channel.shutdownNow();
        node.close();
    }
}
