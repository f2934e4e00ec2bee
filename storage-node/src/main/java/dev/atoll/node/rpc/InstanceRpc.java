package dev.atoll.node.rpc;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.instance.InstanceStatus;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.Terms;
import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.ClearAlarmRequest;
import dev.atoll.proto.v1.ClearAlarmResponse;
import dev.atoll.proto.v1.CompactInstanceRequest;
import dev.atoll.proto.v1.CreateInstanceRequest;
import dev.atoll.proto.v1.DeleteInstanceRequest;
import dev.atoll.proto.v1.DeleteInstanceResponse;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.ExportInstanceRequest;
import dev.atoll.proto.v1.ExportInstanceResponse;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.ListAlarmsRequest;
import dev.atoll.proto.v1.ListAlarmsResponse;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.proto.v1.ListInstancesResponse;
import dev.atoll.proto.v1.SetAlarmRequest;
import dev.atoll.proto.v1.VerifyInstanceRequest;
import dev.atoll.proto.v1.VerifyInstanceResponse;
import dev.atoll.proto.v1.WatchAlarmsRequest;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * {@code InstanceService} of a node. Thread-safe.
 *
 * <p>{@code ListInstances} answers for the shards of this node alone; routers put the answers of
 * all nodes together.
 */
final class InstanceRpc extends InstanceServiceGrpc.InstanceServiceImplBase {
    private static final int PAGE_DEFAULT = 100;
    private static final int PAGE_MAX = 1_000;

    private final Instances instances;
    private final RpcLimits limits;
    private final String node;
    private final Executor listings;

    InstanceRpc(Instances instances, RpcLimits limits, String node, Executor listings) {
        this.instances = instances;
        this.limits = limits;
        this.node = node;
        this.listings = listings;
    }

    @Override
    public void createInstance(CreateInstanceRequest request, StreamObserver<Instance> observer) {
        Replies.answer(
                observer,
                () -> instances.create(check(request.getInstance()), terms()),
                this::shown);
    }

    @Override
    public void describeInstance(
            DescribeInstanceRequest request, StreamObserver<Instance> observer) {
        Replies.answer(
                observer,
                () -> instances.describe(check(request.getInstance()), terms()),
                this::shown);
    }

    @Override
    public void deleteInstance(
            DeleteInstanceRequest request, StreamObserver<DeleteInstanceResponse> observer) {
        Replies.answer(
                observer,
                () -> instances.delete(check(request.getInstance()), terms()),
                deleted -> DeleteInstanceResponse.getDefaultInstance());
    }

    @Override
    public void listInstances(
            ListInstancesRequest request, StreamObserver<ListInstancesResponse> observer) {
        // The catalogue is a file: not for a gRPC thread.
        listings.execute(
                () -> {
                    ListInstancesResponse page;
                    try {
                        page = list(request);
                    } catch (RuntimeException e) {
                        observer.onError(Replies.exception(e));
                        return;
                    }
                    observer.onNext(page);
                    observer.onCompleted();
                });
    }

    @Override
    public void verifyInstance(
            VerifyInstanceRequest request, StreamObserver<VerifyInstanceResponse> observer) {
        observer.onError(Replies.unimplemented("VerifyInstance"));
    }

    @Override
    public void compactInstance(CompactInstanceRequest request, StreamObserver<Instance> observer) {
        observer.onError(Replies.unimplemented("CompactInstance"));
    }

    @Override
    public void exportInstance(
            ExportInstanceRequest request, StreamObserver<ExportInstanceResponse> observer) {
        observer.onError(Replies.unimplemented("ExportInstance"));
    }

    @Override
    public void setAlarm(SetAlarmRequest request, StreamObserver<Alarm> observer) {
        observer.onError(Replies.unimplemented("SetAlarm"));
    }

    @Override
    public void listAlarms(ListAlarmsRequest request, StreamObserver<ListAlarmsResponse> observer) {
        observer.onError(Replies.unimplemented("ListAlarms"));
    }

    @Override
    public void clearAlarm(ClearAlarmRequest request, StreamObserver<ClearAlarmResponse> observer) {
        observer.onError(Replies.unimplemented("ClearAlarm"));
    }

    @Override
    public void watchAlarms(WatchAlarmsRequest request, StreamObserver<Alarm> observer) {
        observer.onError(Replies.unimplemented("WatchAlarms"));
    }

    private ListInstancesResponse list(ListInstancesRequest request) {
        InstanceKey.checkNamespace(request.getNamespace());
        int pageSize = pageSize(request.getPageSize());
        var after =
                request.getPageToken().isEmpty()
                        ? Optional.<InstanceKey>empty()
                        : Optional.of(pageToken(request.getPageToken()));
        var range = new Catalog.Range(request.getNamespace(), request.getIdPrefix(), after);
        var page = instances.list(range, pageSize);
        var response = ListInstancesResponse.newBuilder();
        page.forEach(status -> response.addInstances(Messages.instance(status, node)));
        if (page.size() == pageSize) {
            response.setNextPageToken(page.getLast().entry().key().toString());
        }
        return response.build();
    }

    private static int pageSize(int asked) {
        if (asked < 0 || asked > PAGE_MAX) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "page_size: "
                            + asked
                            + " (expected: 1 to "
                            + PAGE_MAX
                            + ", or 0 for "
                            + PAGE_DEFAULT
                            + ")");
        }
        return asked == 0 ? PAGE_DEFAULT : asked;
    }

    private static InstanceKey pageToken(String token) {
        try {
            return InstanceKey.parse(token);
        } catch (Failure e) {
            throw Failure.of(
                    Reason.PAGE_TOKEN_INVALID,
                    "page_token: not one of ours (expected: the token of an earlier page)");
        }
    }

    private Instance shown(InstanceStatus status) {
        return Messages.instance(status, node);
    }

    private static InstanceKey check(dev.atoll.proto.v1.InstanceKey key) {
        return CallContext.current().check(key);
    }

    private Terms terms() {
        return Terms.until(CallContext.deadlineNanos(limits.deadlineDefault()));
    }
}
