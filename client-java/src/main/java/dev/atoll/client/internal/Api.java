package dev.atoll.client.internal;

import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ApplyConfigResponse;
import dev.atoll.proto.v1.ClearAlarmRequest;
import dev.atoll.proto.v1.ClearAlarmResponse;
import dev.atoll.proto.v1.ClusterServiceGrpc;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.CreateInstanceRequest;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.DeleteInstanceRequest;
import dev.atoll.proto.v1.DeleteInstanceResponse;
import dev.atoll.proto.v1.DescribeClusterRequest;
import dev.atoll.proto.v1.DescribeClusterResponse;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.proto.v1.GetConfigResponse;
import dev.atoll.proto.v1.GetMigrationStatusRequest;
import dev.atoll.proto.v1.GetMigrationStatusResponse;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.ListAlarmsRequest;
import dev.atoll.proto.v1.ListAlarmsResponse;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import dev.atoll.proto.v1.ListConfigVersionsResponse;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.proto.v1.ListInstancesResponse;
import dev.atoll.proto.v1.ListNodesRequest;
import dev.atoll.proto.v1.ListNodesResponse;
import dev.atoll.proto.v1.ListShardsRequest;
import dev.atoll.proto.v1.ListShardsResponse;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.PauseMigrationRequest;
import dev.atoll.proto.v1.PauseMigrationResponse;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.QueryStreamResponse;
import dev.atoll.proto.v1.ResumeMigrationRequest;
import dev.atoll.proto.v1.ResumeMigrationResponse;
import dev.atoll.proto.v1.SetAlarmRequest;
import dev.atoll.proto.v1.WatchAlarmsRequest;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the wire, each with the rule by which it may be repeated. The only place that says
 * which is safe. Thread-safe.
 */
public final class Api implements AutoCloseable {
    private final Transport transport;
    private final boolean awaited;

    public Api(Transport transport) {
        this(transport, false);
    }

    private Api(Transport transport, boolean awaited) {
        this.transport = transport;
        this.awaited = awaited;
    }

    /** The same for callers that only wait for the futures: each has a thread less to pass. */
    public Api awaited() {
        return new Api(transport, true);
    }

    public <T> CompletableFuture<T> query(
            QueryRequest request, Duration deadline, Function<QueryResponse, T> decode) {
        return call(
                DatabaseServiceGrpc.getQueryMethod(),
                request,
                deadline,
                Repeat.AFTER_UNKNOWN_OUTCOME,
                decode);
    }

    public MessageStream<QueryStreamResponse> queryStream(
            QueryRequest request,
            Duration deadline,
            MessageStream.Receiver<QueryStreamResponse> receiver) {
        return transport.stream(
                DatabaseServiceGrpc.getQueryStreamMethod(), request, deadline, receiver);
    }

    public <T> CompletableFuture<T> mutate(
            MutateRequest request, Duration deadline, Function<MutateResponse, T> decode) {
        // Its request id alone makes it safe to repeat.
        var repeat =
                request.getRequestId().isEmpty()
                        ? Repeat.IF_NEVER_EXECUTED
                        : Repeat.AFTER_UNKNOWN_OUTCOME;
        return call(DatabaseServiceGrpc.getMutateMethod(), request, deadline, repeat, decode);
    }

    /** A new id for a Mutate. */
    public UUID nextRequestId() {
        return transport.nextRequestId();
    }

    public <T> CompletableFuture<T> create(
            CreateInstanceRequest request, Duration deadline, Function<Instance, T> decode) {
        return call(
                InstanceServiceGrpc.getCreateInstanceMethod(),
                request,
                deadline,
                Repeat.IF_NEVER_EXECUTED,
                decode);
    }

    public <T> CompletableFuture<T> describe(
            DescribeInstanceRequest request, Duration deadline, Function<Instance, T> decode) {
        return call(
                InstanceServiceGrpc.getDescribeInstanceMethod(),
                request,
                deadline,
                Repeat.AFTER_UNKNOWN_OUTCOME,
                decode);
    }

    public <T extends @Nullable Object> CompletableFuture<T> delete(
            DeleteInstanceRequest request,
            Duration deadline,
            Function<DeleteInstanceResponse, T> decode) {
        return call(
                InstanceServiceGrpc.getDeleteInstanceMethod(),
                request,
                deadline,
                Repeat.IF_NEVER_EXECUTED,
                decode);
    }

    public <T> CompletableFuture<T> setAlarm(
            SetAlarmRequest request, Duration deadline, Function<Alarm, T> decode) {
        // A second time would bring back an alarm that has run meanwhile.
        return call(
                InstanceServiceGrpc.getSetAlarmMethod(),
                request,
                deadline,
                Repeat.IF_NEVER_EXECUTED,
                decode);
    }

    public <T> CompletableFuture<T> alarms(
            ListAlarmsRequest request, Duration deadline, Function<ListAlarmsResponse, T> decode) {
        return call(
                InstanceServiceGrpc.getListAlarmsMethod(),
                request,
                deadline,
                Repeat.AFTER_UNKNOWN_OUTCOME,
                decode);
    }

    public <T> CompletableFuture<T> clearAlarm(
            ClearAlarmRequest request, Duration deadline, Function<ClearAlarmResponse, T> decode) {
        // Another may have set it again meanwhile.
        return call(
                InstanceServiceGrpc.getClearAlarmMethod(),
                request,
                deadline,
                Repeat.IF_NEVER_EXECUTED,
                decode);
    }

    public MessageStream<Alarm> watchAlarms(
            WatchAlarmsRequest request, Duration deadline, MessageStream.Receiver<Alarm> receiver) {
        return transport.stream(
                InstanceServiceGrpc.getWatchAlarmsMethod(), request, deadline, receiver);
    }

    public <T> CompletableFuture<T> list(
            ListInstancesRequest request,
            Duration deadline,
            Function<ListInstancesResponse, T> decode) {
        return call(
                InstanceServiceGrpc.getListInstancesMethod(),
                request,
                deadline,
                Repeat.AFTER_UNKNOWN_OUTCOME,
                decode);
    }

    public <T> CompletableFuture<T> nodes(
            ListNodesRequest request, Duration deadline, Function<ListNodesResponse, T> decode) {
        return call(
                ClusterServiceGrpc.getListNodesMethod(),
                request,
                deadline,
                Repeat.AFTER_UNKNOWN_OUTCOME,
                decode);
    }

    public <T> CompletableFuture<T> shards(
            ListShardsRequest request, Duration deadline, Function<ListShardsResponse, T> decode) {
        return call(
                ClusterServiceGrpc.getListShardsMethod(),
                request,
                deadline,
                Repeat.AFTER_UNKNOWN_OUTCOME,
                decode);
    }

    public <T> CompletableFuture<T> cluster(
            DescribeClusterRequest request,
            Duration deadline,
            Function<DescribeClusterResponse, T> decode) {
        return call(
                ClusterServiceGrpc.getDescribeClusterMethod(),
                request,
                deadline,
                Repeat.AFTER_UNKNOWN_OUTCOME,
                decode);
    }

    public <T> CompletableFuture<T> applyConfig(
            ApplyConfigRequest request,
            Duration deadline,
            Function<ApplyConfigResponse, T> decode) {
        // Another may have applied one meanwhile: a second time is not for us to decide.
        return call(
                ConfigServiceGrpc.getApplyConfigMethod(),
                request,
                deadline,
                request.getDryRun() ? Repeat.AFTER_UNKNOWN_OUTCOME : Repeat.IF_NEVER_EXECUTED,
                decode);
    }

    public <T> CompletableFuture<T> config(
            GetConfigRequest request, Duration deadline, Function<GetConfigResponse, T> decode) {
        return call(
                ConfigServiceGrpc.getGetConfigMethod(),
                request,
                deadline,
                Repeat.AFTER_UNKNOWN_OUTCOME,
                decode);
    }

    public <T> CompletableFuture<T> configVersions(
            ListConfigVersionsRequest request,
            Duration deadline,
            Function<ListConfigVersionsResponse, T> decode) {
        return call(
                ConfigServiceGrpc.getListConfigVersionsMethod(),
                request,
                deadline,
                Repeat.AFTER_UNKNOWN_OUTCOME,
                decode);
    }

    public <T> CompletableFuture<T> migration(
            GetMigrationStatusRequest request,
            Duration deadline,
            Function<GetMigrationStatusResponse, T> decode) {
        return call(
                ConfigServiceGrpc.getGetMigrationStatusMethod(),
                request,
                deadline,
                Repeat.AFTER_UNKNOWN_OUTCOME,
                decode);
    }

    /** A second time, it might undo what another has said meanwhile. */
    public <T extends @Nullable Object> CompletableFuture<T> pauseMigration(
            PauseMigrationRequest request,
            Duration deadline,
            Function<PauseMigrationResponse, T> decode) {
        return call(
                ConfigServiceGrpc.getPauseMigrationMethod(),
                request,
                deadline,
                Repeat.IF_NEVER_EXECUTED,
                decode);
    }

    public <T extends @Nullable Object> CompletableFuture<T> resumeMigration(
            ResumeMigrationRequest request,
            Duration deadline,
            Function<ResumeMigrationResponse, T> decode) {
        return call(
                ConfigServiceGrpc.getResumeMigrationMethod(),
                request,
                deadline,
                Repeat.IF_NEVER_EXECUTED,
                decode);
    }

    private <Q, R, T extends @Nullable Object> CompletableFuture<T> call(
            MethodDescriptor<Q, R> method,
            Q request,
            Duration deadline,
            Repeat repeat,
            Function<R, T> decode) {
        return transport.call(new CallPlan<>(method, request, repeat, decode, awaited), deadline);
    }

    @Override
    public void close() {
        transport.close();
    }
}
