package dev.atoll.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.proto.internal.v1.LinkCall;
import dev.atoll.proto.internal.v1.LinkMethod;
import dev.atoll.proto.internal.v1.LinkReplies;
import dev.atoll.proto.internal.v1.LinkServiceGrpc;
import dev.atoll.proto.internal.v1.LinkStep;
import dev.atoll.proto.internal.v1.LinkSteps;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import dev.atoll.wire.Caller;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users are served only by a node that knows which declarations are current; services always. */
class UserDoorTest {
    private static final Caller USER = new Caller(Caller.Kind.USER, "test", "alice");

    @TempDir Path data;

    @Test
    void usersAreRefusedWhereNothingIsDeclared() throws Exception {
        try (var node = TestNode.start(data)) {
            var _ = node.mutate("user:alice", "CREATE TABLE t(n)");

            assertThat(refusals(node)).containsOnly(Reason.RULE_DENIED);
        }
    }

    @Test
    void usersAreToldToComeBackWhereTheCurrentVersionIsNotConfirmed() throws Exception {
        var current = data.resolve("config").resolve("current");
        Files.createDirectories(data.resolve("config"));
        Files.writeString(current, "rubbish");
        try (var node = TestNode.start(data)) {
            assertThat(node.node().missing())
                    .singleElement()
                    .asString()
                    .contains("configuration", "rubbish");
            assertThat(refusals(node)).containsOnly(Reason.NODE_UNAVAILABLE);

            // Services go on.
            var _ = node.mutate("user:alice", "CREATE TABLE t(n)");
            assertThat(node.integer("user:alice", "SELECT count(*) FROM t")).isZero();

            Files.delete(current);
            TestNode.eventually(() -> node.node().missing().isEmpty());
            assertThat(refusals(node)).containsOnly(Reason.RULE_DENIED);

            Files.writeString(current, "rubbish");
            // What was known is good for as long as a lease.
            TestNode.eventually(() -> refusals(node).contains(Reason.NODE_UNAVAILABLE));
        }
    }

    /** By every way into the node. */
    private static List<Reason> refusals(TestNode node) throws IOException {
        var query = TestNode.reading("user:alice", "SELECT 1");
        return List.of(
                TestNode.failure(
                                () ->
                                        TestNode.as(
                                                        USER,
                                                        "user:alice",
                                                        DatabaseServiceGrpc.newBlockingStub(
                                                                node.channel()))
                                                .query(query))
                        .reason(),
                TestNode.failure(
                                () ->
                                        TestNode.as(
                                                        USER,
                                                        "user:alice",
                                                        InstanceServiceGrpc.newBlockingStub(
                                                                node.channel()))
                                                .listInstances(TestNode.listing("user")))
                        .reason(),
                TestNode.failure(
                                () ->
                                        TestNode.as(
                                                        USER,
                                                        "user:alice",
                                                        ConfigServiceGrpc.newBlockingStub(
                                                                node.channel()))
                                                .listConfigVersions(
                                                        ListConfigVersionsRequest
                                                                .getDefaultInstance()))
                        .reason(),
                overLink(node, query.toByteString()));
    }

    private static Reason overLink(TestNode node, ByteString body) {
        var refusal = new CompletableFuture<String>();
        var steps =
                LinkServiceGrpc.newStub(node.channel())
                        .open(
                                new StreamObserver<LinkReplies>() {
                                    @Override
                                    public void onNext(LinkReplies replies) {
                                        refusal.complete(
                                                replies.getReplies(0).getError().getReason());
                                    }

                                    @Override
                                    public void onError(Throwable error) {
                                        refusal.completeExceptionally(error);
                                    }

                                    @Override
                                    public void onCompleted() {}
                                });
        var call =
                LinkCall.newBuilder()
                        .setMethod(LinkMethod.LINK_METHOD_QUERY)
                        .setCaller(USER.toProto())
                        .setAuthorisedKey(
                                ByteString.copyFrom(InstanceKey.parse("user:alice").bytes()))
                        .setTimeoutMicros(TimeUnit.SECONDS.toMicros(20))
                        .setBody(body);
        steps.onNext(LinkSteps.newBuilder().addSteps(LinkStep.newBuilder().setCall(call)).build());
        var reason = Reason.find(refusal.orTimeout(20, TimeUnit.SECONDS).join()).orElseThrow();
        steps.onCompleted();
        return reason;
    }
}
