package dev.atoll.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ClusterServiceGrpc;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.DescribeClusterRequest;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.proto.v1.ListInstancesResponse;
import dev.atoll.proto.v1.ListNodesRequest;
import dev.atoll.proto.v1.ListShardsRequest;
import dev.atoll.proto.v1.Node;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.Shard;
import dev.atoll.router.placement.EtcdProcess;
import dev.atoll.router.placement.Eventually;
import dev.atoll.router.placement.FakeMember;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.EtcdLayout;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import dev.atoll.wire.ShardHash;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A router of a cluster, with real etcd and nodes that answer over loopback. */
@Timeout(60)
class ClusterIT {
    private static final EtcdLayout LAYOUT = new EtcdLayout("test");
    private static final int SHARDS = 32;
    private static final int NEW_TOKENS = 100;
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir private Path folder;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final Map<String, FakeNode> nodes = new HashMap<>();
    private final Map<String, FakeMember> members = new HashMap<>();
    private EtcdProcess etcd;
    private RunningRouter running;

    @BeforeEach
    void start() throws Exception {
        etcd = new EtcdProcess(folder.resolve("etcd")).awaitPort();
        started.push(etcd);
        running =
                RunningRouter.cluster(
                        new TestIssuer(folder), Map.of("etcd", etcd.url(), "cluster", "test"));
        started.push(running);
        join("n1");
        join("n2");
        Eventually.holds(
                SOON,
                () ->
                        running.router.missing().isEmpty()
                                && shards().stream().map(Shard::getOwner).distinct().count() == 2
                                && shards().stream().noneMatch(s -> s.getOwner().isEmpty()));
    }

    @AfterEach
    void stop() throws Exception {
        for (var part : started) {
            part.close();
        }
    }

    @Test
    void callsReachTheNodeThatOwnsTheirShard() throws Exception {
        for (int i = 0; i < 20; i++) {
            var key = InstanceKey.parse("user:" + i);
            var owner = ownerOf(key);
            int before = node(owner).received().size();
            query(key);

            assertThat(node(owner).received()).hasSize(before + 1);
        }
    }

    @Test
    void aNodeThatCannotBeReachedWasCertainlyNotAsked() throws Exception {
        var key = keyOf("n1");
        query(key);
        node("n1").close();

        // The first call may still find the old connection.
        Eventually.holds(SOON, () -> refusal(key) == Reason.NODE_UNAVAILABLE);
        assertThat(refusal(key)).isEqualTo(Reason.NODE_UNAVAILABLE);
        query(keyOf("n2"));
    }

    @Test
    void aConnectionThatBreaksUnderACallLeavesItsOutcomeUnknown() throws Exception {
        var key = keyOf("n1");
        node("n1").behave(_ -> {});
        var reply = DatabaseServiceGrpc.newFutureStub(channel()).query(request(key));
        Eventually.holds(SOON, () -> node("n1").received().size() == 1);
        node("n1").close();

        assertThat(reply)
                .failsWithin(SOON)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .satisfies(
                        e ->
                                assertThat(e.getCause())
                                        .isInstanceOfSatisfying(
                                                StatusRuntimeException.class,
                                                broken ->
                                                        // A bare status means the same.
                                                        assertThat(
                                                                        FailureStatus.find(
                                                                                        broken
                                                                                                .getStatus(),
                                                                                        broken
                                                                                                .getTrailers())
                                                                                .map(
                                                                                        Failure
                                                                                                ::reason))
                                                                .isIn(
                                                                        Optional.empty(),
                                                                        Optional.of(
                                                                                Reason
                                                                                        .OUTCOME_UNKNOWN))));
    }

    @Test
    void theShardsOfANodeThatIsNotLiveAreUnavailableAndItsReturnIsNoticed() throws Exception {
        var key = keyOf("n1");
        Objects.requireNonNull(members.get("n1")).die();
        Eventually.holds(SOON, () -> liveNodes() == 1);

        assertThat(refusal(key)).isEqualTo(Reason.NODE_UNAVAILABLE);
        node("n1").close();
        join("n1");
        Eventually.holds(SOON, () -> liveNodes() == 2);
        query(key);
        assertThat(node("n1").received()).hasSize(1);
    }

    @Test
    void listsAcrossNodesInPagesAndNamesShardsItCouldNotAsk() throws Exception {
        checkListing("user", i -> "user:%02d".formatted(i));
    }

    @Test
    void listsAllNamespacesAcrossNodes() throws Exception {
        checkListing("", i -> (i < 10 ? "team:%02d" : "user:%02d").formatted(i));
    }

    @Test
    void aNodeThatServesNothingYetIsNotTakenForOneThatHoldsNothing() throws Exception {
        var owned = owners();
        for (var node : nodes.values()) {
            node.behave(ClusterIT::listsNoneOfItsShards);
        }

        var page =
                InstanceServiceGrpc.newBlockingStub(channel())
                        .listInstances(
                                ListInstancesRequest.newBuilder().setNamespace("user").build());

        assertThat(page.getUnavailableShardsList())
                .containsExactlyElementsOf(new TreeSet<>(owned.keySet()));
    }

    /** As one that has just started, and has not read in etcd yet what is its own. */
    private static void listsNoneOfItsShards(FakeNode.Received call) {
        var asked = Objects.requireNonNull(call.headers.get(CallMetadata.LISTED_SHARDS));
        var response = ListInstancesResponse.newBuilder();
        BitSet.valueOf(asked).stream().forEach(response::addUnavailableShards);
        call.reply(response.build().toByteArray());
    }

    private void checkListing(String namespace, IntFunction<String> name) throws Exception {
        var all = IntStream.range(0, 25).mapToObj(name).map(InstanceKey::parse).toList();
        // Looked up beforehand: a node that calls the router would block the thread it answers on.
        var owners = owners();
        nodes.forEach(
                (id, node) -> {
                    var mine =
                            all.stream()
                                    .filter(
                                            key ->
                                                    id.equals(
                                                            owners.get(
                                                                    ShardHash.shard(key, SHARDS))))
                                    .toList();
                    node.behave(call -> list(call, mine));
                });
        var listed = new ArrayList<InstanceKey>();
        var token = "";
        do {
            var page =
                    InstanceServiceGrpc.newBlockingStub(channel())
                            .listInstances(
                                    ListInstancesRequest.newBuilder()
                                            .setNamespace(namespace)
                                            .setPageSize(10)
                                            .setPageToken(token)
                                            .build());
            page.getInstancesList().forEach(i -> listed.add(InstanceKey.of(i.getKey())));
            assertThat(page.getUnavailableShardsList()).isEmpty();
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        assertThat(listed).isEqualTo(all);

        Objects.requireNonNull(members.get("n1")).die();
        Eventually.holds(SOON, () -> liveNodes() == 1);
        var partial =
                InstanceServiceGrpc.newBlockingStub(channel())
                        .listInstances(
                                ListInstancesRequest.newBuilder().setNamespace(namespace).build());
        assertThat(partial.getInstancesList())
                .extracting(i -> ownerOf(InstanceKey.of(i.getKey())))
                .containsOnly("n2");
        assertThat(partial.getUnavailableShardsList())
                .containsExactlyElementsOf(
                        shards().stream()
                                .filter(s -> s.getOwner().equals("n1"))
                                .map(Shard::getShard)
                                .toList());
    }

    @Test
    void aPageTokenOfAnotherListingIsRefused() throws Exception {
        for (var token : List.of("x", "!!", "AXVzZXI6YQ")) {
            try {
                var page =
                        InstanceServiceGrpc.newBlockingStub(channel())
                                .listInstances(
                                        ListInstancesRequest.newBuilder()
                                                .setNamespace("team")
                                                .setPageToken(token)
                                                .build());
                throw new AssertionError("was not refused: " + page);
            } catch (StatusRuntimeException e) {
                assertThat(RouterTest.reason(e)).isEqualTo(Reason.PAGE_TOKEN_INVALID);
            }
        }
    }

    @Test
    void aCallWhoseTokenIsNewIsReadWholeOnceItIsVerified() throws Exception {
        // Each token is verified on a thread of its own, while the request is there already.
        for (int i = 0; i < NEW_TOKENS; i++) {
            try {
                var page =
                        InstanceServiceGrpc.newBlockingStub(channel())
                                .withDeadlineAfter(SOON.toSeconds(), TimeUnit.SECONDS)
                                .listInstances(
                                        ListInstancesRequest.newBuilder()
                                                .setNamespace("team")
                                                .setPageToken("x" + i)
                                                .build());
                throw new AssertionError("was not refused: " + page);
            } catch (StatusRuntimeException e) {
                assertThat(RouterTest.reason(e)).isEqualTo(Reason.PAGE_TOKEN_INVALID);
            }
        }
    }

    @Test
    void showsTheCluster() throws Exception {
        var cluster =
                ClusterServiceGrpc.newBlockingStub(channel())
                        .describeCluster(DescribeClusterRequest.getDefaultInstance());
        var live =
                ClusterServiceGrpc.newBlockingStub(channel())
                        .listNodes(ListNodesRequest.getDefaultInstance());

        assertThat(cluster.getCluster()).isEqualTo("test");
        assertThat(cluster.getShards()).isEqualTo(SHARDS);
        assertThat(cluster.getAvailableShards()).isEqualTo(SHARDS);
        assertThat(live.getNodesList()).extracting(Node::getId).containsExactly("n1", "n2");
        assertThat(live.getNodesList()).extracting(Node::getShards).containsExactly(16, 16);
    }

    @Test
    void healthAndReflectionNeedNoToken() throws Exception {
        Eventually.holds(
                SOON,
                () ->
                        HealthGrpc.newBlockingStub(running.channel)
                                        .check(HealthCheckRequest.getDefaultInstance())
                                        .getStatus()
                                == ServingStatus.SERVING);
        var answer = new CompletableFuture<ServerReflectionResponse>();
        var questions =
                ServerReflectionGrpc.newStub(running.channel)
                        .serverReflectionInfo(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(ServerReflectionResponse response) {
                                        answer.complete(response);
                                    }

                                    @Override
                                    public void onError(Throwable error) {
                                        answer.completeExceptionally(error);
                                    }

                                    @Override
                                    public void onCompleted() {}
                                });
        questions.onNext(
                ServerReflectionRequest.newBuilder()
                        .setFileContainingSymbol("atoll.v1.DatabaseService")
                        .build());

        assertThat(answer)
                .succeedsWithin(SOON)
                .satisfies(
                        a ->
                                assertThat(
                                                a.getFileDescriptorResponse()
                                                        .getFileDescriptorProtoCount())
                                        .isPositive());
        questions.onCompleted();
    }

    private void join(String id) throws Exception {
        var node = FakeNode.onLoopback();
        started.push(node);
        nodes.put(id, node);
        var member = new FakeMember(etcd.url(), LAYOUT, id, "127.0.0.1:" + node.port(), SHARDS);
        started.push(member);
        members.put(id, member);
    }

    private FakeNode node(String id) {
        return Objects.requireNonNull(nodes.get(id));
    }

    /** What a node does: its own instances after the token, a page of them. */
    private void list(FakeNode.Received call, List<InstanceKey> instances) {
        try {
            var request = ListInstancesRequest.parseFrom(call.body);
            var after = request.getPageToken();
            var mine =
                    instances.stream()
                            .filter(key -> after.isEmpty() || key.toString().compareTo(after) > 0)
                            .toList();
            var page = mine.stream().limit(request.getPageSize()).toList();
            var response = ListInstancesResponse.newBuilder();
            page.forEach(key -> response.addInstances(Instance.newBuilder().setKey(key.toProto())));
            if (page.size() < mine.size()) {
                response.setNextPageToken(page.getLast().toString());
            }
            call.reply(response.build().toByteArray());
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            call.fail(Failure.of(Reason.VALIDATION_FAILED, e.toString()));
        }
    }

    private List<Shard> shards() {
        try {
            return ClusterServiceGrpc.newBlockingStub(channel())
                    .listShards(ListShardsRequest.getDefaultInstance())
                    .getShardsList();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<Integer, String> owners() {
        return shards().stream().collect(Collectors.toMap(Shard::getShard, Shard::getOwner));
    }

    private String ownerOf(InstanceKey key) {
        return Objects.requireNonNull(owners().get(ShardHash.shard(key, SHARDS)));
    }

    private InstanceKey keyOf(String owner) {
        return IntStream.range(0, 1000)
                .mapToObj(i -> InstanceKey.parse("user:" + i))
                .filter(key -> ownerOf(key).equals(owner))
                .findFirst()
                .orElseThrow();
    }

    private int liveNodes() {
        return (int) running.registry.get("atoll.router.nodes.live").gauge().value();
    }

    private Channel channel() throws Exception {
        return ClientInterceptors.intercept(running.channel, running.admin());
    }

    private void query(InstanceKey key) throws Exception {
        var reply = DatabaseServiceGrpc.newBlockingStub(channel()).query(request(key));
        assertThat(reply.getBookmark()).isEmpty();
    }

    private Reason refusal(InstanceKey key) {
        try {
            query(key);
            throw new AssertionError("was not refused");
        } catch (StatusRuntimeException e) {
            return FailureStatus.find(e.getStatus(), e.getTrailers()).orElseThrow().reason();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static QueryRequest request(InstanceKey key) {
        return QueryRequest.newBuilder().setInstance(key.toProto()).build();
    }
}
