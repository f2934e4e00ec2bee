package dev.atoll.node.rpc;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.instance.Call;
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
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code InstanceService} of a node. Thread-safe.
 *
 * <p>{@code ListInstances} answers for the shards of this node alone; routers put the answers of
 * all nodes together.
 */
final class InstanceRpc extends InstanceServiceGrpc.InstanceServiceImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceRpc.class);
    private static final int PAGE_DEFAULT = 100;
    private static final int PAGE_MAX = 1_000;

    /** As long as a page: a message has to hold them. */
    private static final int DAMAGED_FILES_MAX = PAGE_MAX;

    private final Instances instances;
    private final UserInstances ofUsers;
    private final RpcLimits limits;
    private final String node;
    private final Executor listings;

    InstanceRpc(Door door, RpcLimits limits, String node, Executor listings) {
        this.instances = door.instances();
        this.ofUsers = new UserInstances(door.instances(), door.access());
        this.limits = limits;
        this.node = node;
        this.listings = listings;
    }

    /** Where instances are called, and who may. */
    record Door(Instances instances, CallAccess.Factory access) {}

    @Override
    public void createInstance(CreateInstanceRequest request, StreamObserver<Instance> observer) {
        var caller = CallContext.current().caller();
        if (caller.kind() != Caller.Kind.SERVICE) {
            Replies.answer(
                    observer,
                    () -> ofUsers.create(caller, check(request.getInstance()), terms()),
                    Function.identity());
            return;
        }
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
                () -> instances.describe(checkService(request.getInstance()), terms()),
                this::shown);
    }

    @Override
    public void deleteInstance(
            DeleteInstanceRequest request, StreamObserver<DeleteInstanceResponse> observer) {
        var caller = CallContext.current().caller();
        Replies.answer(
                observer,
                () ->
                        caller.kind() != Caller.Kind.SERVICE
                                ? ofUsers.delete(caller, check(request.getInstance()), terms())
                                : instances.delete(check(request.getInstance()), terms()),
                deleted -> DeleteInstanceResponse.getDefaultInstance());
    }

    @Override
    public void listInstances(
            ListInstancesRequest request, StreamObserver<ListInstancesResponse> observer) {
        var shards = CallContext.current().listedShards();
        // The catalogue is a file: not for a gRPC thread.
        listings.execute(
                () -> {
                    ListInstancesResponse page;
                    try {
                        page = list(request, shards);
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
        Replies.answer(
                observer,
                () -> instances.verify(checkService(request.getInstance()), terms()),
                problems -> VerifyInstanceResponse.newBuilder().addAllProblems(problems).build());
    }

    @Override
    public void compactInstance(CompactInstanceRequest request, StreamObserver<Instance> observer) {
        Replies.answer(
                observer,
                () -> instances.compact(checkService(request.getInstance()), terms()),
                this::shown);
    }

    @Override
    public void exportInstance(
            ExportInstanceRequest request, StreamObserver<ExportInstanceResponse> observer) {
        var server = (ServerCallStreamObserver<ExportInstanceResponse>) observer;
        var stream = new FileStream(server, limits.streamStallMax());
        var file = instances.temporaryFile();
        Call<Bookmark> call;
        try {
            call = instances.export(checkService(request.getInstance()), terms(), file);
        } catch (RuntimeException e) {
            observer.onError(Replies.exception(e));
            return;
        }
        server.setOnCancelHandler(
                () -> {
                    call.abandon();
                    stream.cancel();
                });
        // The lane is free while the client reads.
        var _ =
                call.reply()
                        .whenCompleteAsync(
                                (bookmark, error) -> {
                                    if (error == null) {
                                        stream.send(file, bookmark.toString());
                                    } else {
                                        observer.onError(Replies.exception(error));
                                    }
                                    remove(file);
                                },
                                listings);
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

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The next start removes it.
            LOG.atWarn().addKeyValue("file", file).log("an export could not be removed", e);
        }
    }

    private ListInstancesResponse list(ListInstancesRequest request, BitSet shards) {
        if (!request.getNamespace().isEmpty()) {
            InstanceKey.checkNamespace(request.getNamespace());
        }
        int pageSize = pageSize(request.getPageSize());
        var after =
                request.getPageToken().isEmpty()
                        ? Optional.<InstanceKey>empty()
                        : Optional.of(pageToken(request.getPageToken()));
        var range = new Catalog.Range(request.getNamespace(), request.getIdPrefix(), after);
        var served = instances.ownedShards();
        var page = instances.list(range, served, pageSize);
        var response = ListInstancesResponse.newBuilder();
        // One that starts, or has lost its place, serves less than the router believes.
        shards.andNot(served);
        shards.stream().forEach(response::addUnavailableShards);
        page.forEach(status -> response.addInstances(Messages.instance(status, node)));
        if (request.getPageToken().isEmpty()) {
            instances.damagedFiles().stream()
                    .limit(DAMAGED_FILES_MAX)
                    .forEach(response::addDamagedFiles);
        }
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

    /** The same, of a call that users have no rules for. */
    private static InstanceKey checkService(dev.atoll.proto.v1.InstanceKey key) {
        if (CallContext.current().caller().kind() != Caller.Kind.SERVICE) {
            throw Failure.of(
                    Reason.RULE_DENIED, "this call is for services (expected: a service's token)");
        }
        return check(key);
    }

    private Terms terms() {
        return Terms.until(CallContext.deadlineNanos(limits.deadlineDefault()));
    }
}
