package dev.atoll.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.atoll.proto.internal.v1.LinkCall;
import dev.atoll.proto.internal.v1.LinkMethod;
import dev.atoll.proto.internal.v1.LinkReplies;
import dev.atoll.proto.internal.v1.LinkServiceGrpc;
import dev.atoll.proto.internal.v1.LinkStep;
import dev.atoll.proto.internal.v1.LinkSteps;
import dev.atoll.proto.v1.CompactInstanceRequest;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.CreateInstanceRequest;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.ExportInstanceRequest;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import dev.atoll.proto.v1.VerifyInstanceRequest;
import dev.atoll.wire.Caller;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Users are served only by a node that knows which declarations are current, services always; and
 * once a file is applied, a namespace that it does not declare does not exist.
 */
class DoorTest {
    private static final Caller USER = new Caller(Caller.Kind.USER, "test", "alice");

    private static final Caller SERVICE = TestNode.service();

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
        try (var node = TestNode.start(data)) {
            assertThat(refusals(node)).containsOnly(Reason.RULE_DENIED);

            Files.writeString(current, "rubbish");
            // What was known is good for as long as a lease.
            TestNode.eventually(() -> refusals(node).contains(Reason.NODE_UNAVAILABLE));
            assertThat(node.node().missing())
                    .singleElement()
                    .asString()
                    .contains("configuration", "rubbish");

            // Services go on.
            var _ = node.mutate("user:alice", "CREATE TABLE t(n)");
            assertThat(node.integer("user:alice", "SELECT count(*) FROM t")).isZero();

            Files.delete(current);
            TestNode.eventually(() -> node.node().missing().isEmpty());
            assertThat(refusals(node)).containsOnly(Reason.RULE_DENIED);
        }
    }

    /** By none, services would be let in everywhere, and tables would be made by nobody's plan. */
    @Test
    void aNodeOnItsOwnDoesNotStartWithoutTheDeclarationsThatAreInForce() throws Exception {
        try (var node = TestNode.start(data)) {
            node.apply("databases: { team: { dynamic: true } }");
            node.apply("databases: { user: { dynamic: true } }");
        }
        var file = data.resolve("config").resolve("0000000002.yaml");
        var whole = Files.readAllBytes(file);
        var notUtf8 = whole.clone();
        notUtf8[notUtf8.length - 3] = (byte) 0xff;
        for (var damaged :
                List.of(
                        new byte[0],
                        Arrays.copyOf(whole, whole.length - 4),
                        notUtf8,
                        asApplied("databases: { user: { dynamic: perhaps } }"))) {
            Files.write(file, damaged);
            assertRefusesToStart();
        }
        Files.delete(file);
        assertRefusesToStart();

        Files.write(file, whole);
        try (var node = TestNode.start(data)) {
            assertThat(byService(node, "team:red")).containsOnly(Reason.NAMESPACE_NOT_FOUND);
        }
    }

    private void assertRefusesToStart() {
        assertThatThrownBy(() -> TestNode.start(data).close())
                .isInstanceOf(IOException.class)
                .hasMessageMatching("configuration: .*(0000000002\\.yaml|version 2).*");
    }

    /** A version that was good for another build. */
    private static byte[] asApplied(String text) throws NoSuchAlgorithmException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        return ("""
                # Atoll configuration 1
                # version: 2
                # applied: 2026-01-31T12:00:00.123Z
                # by: admin (test)
                # text: %d %s
                # ---
                """
                                .formatted(bytes.length, HexFormat.of().formatHex(digest))
                        + text)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void anUndeclaredNamespaceIsGoneOnceAFileIsApplied() throws Exception {
        try (var node = TestNode.start(data)) {
            var _ = node.mutate("user:alice", "CREATE TABLE t(n)");
            var _ = node.mutate("team:red", "CREATE TABLE t(n)", "INSERT INTO t VALUES (7)");
            assertThat(overLink(node, SERVICE, "team:blue")).isEqualTo(Reason.INSTANCE_NOT_FOUND);

            node.apply("databases: { user: { dynamic: true } }");

            assertThat(byService(node, "team:red")).containsOnly(Reason.NAMESPACE_NOT_FOUND);
            assertThat(byService(node, "team:blue")).containsOnly(Reason.NAMESPACE_NOT_FOUND);
            assertThat(byService(node, "team")).containsOnly(Reason.NAMESPACE_NOT_FOUND);
            assertThat(node.integer("user:alice", "SELECT count(*) FROM t")).isZero();
        }
        // A restart changes nothing, but that the file is read again.
        try (var node = TestNode.start(data)) {
            assertThat(byService(node, "team:red")).containsOnly(Reason.NAMESPACE_NOT_FOUND);
            // The data is kept, listed and looked after.
            assertThat(
                            node.instances("user:alice")
                                    .listInstances(TestNode.listing("team"))
                                    .getInstancesList())
                    .extracting(instance -> instance.getKey().getId())
                    .containsExactly("red");
            assertThat(node.problems("team:red")).isEmpty();

            node.apply("databases: { user: { dynamic: true }, team: { dynamic: true } }");

            assertThat(node.integer("team:red", "SELECT n FROM t")).isEqualTo(7);
        }
    }

    @Test
    void keysHaveTheFormThatIsDeclared() throws Exception {
        try (var node = TestNode.start(data)) {
            var _ = node.mutate("catalog:1", "CREATE TABLE t(n)");
            node.apply("databases: { user: { dynamic: true }, catalog: {} }");

            assertThat(byService(node, "user")).containsOnly(Reason.INSTANCE_KEY_INVALID);
            assertThat(byService(node, "catalog:1")).containsOnly(Reason.INSTANCE_KEY_INVALID);
            var _ = node.mutate("catalog", "CREATE TABLE t(n)");
            var _ = node.mutate("user:alice", "CREATE TABLE t(n)");
        }
    }

    @Test
    void usersAreToldThatANamespaceIsNotDeclared() throws Exception {
        try (var node = TestNode.start(data)) {
            node.apply("databases: { user: { dynamic: true, access: { access: true } } }");

            assertThat(overLink(node, USER, "team:red")).isEqualTo(Reason.NAMESPACE_NOT_FOUND);
            assertThat(overLink(node, USER, "user")).isEqualTo(Reason.INSTANCE_KEY_INVALID);
            // Table operations are still to come.
            assertThat(overLink(node, USER, "user:alice")).isEqualTo(Reason.RULE_DENIED);
            assertThat(
                            TestNode.failure(
                                            () ->
                                                    TestNode.as(
                                                                    USER,
                                                                    "team:red",
                                                                    InstanceServiceGrpc
                                                                            .newBlockingStub(
                                                                                    node.channel()))
                                                            .verifyInstance(
                                                                    VerifyInstanceRequest
                                                                            .newBuilder()
                                                                            .setInstance(
                                                                                    wire(
                                                                                            "team:red"))
                                                                            .build()))
                                    .reason())
                    .isEqualTo(Reason.NAMESPACE_NOT_FOUND);
        }
    }

    private static dev.atoll.proto.v1.InstanceKey wire(String key) {
        return InstanceKey.parse(key).toProto();
    }

    /** How a service is refused, by every way into the node that names an instance. */
    private static List<Reason> byService(TestNode node, String key) {
        var wire = wire(key);
        var instances = node.instances(key);
        var calls =
                List.<ThrowingCallable>of(
                        () -> node.query(key, "SELECT 1"),
                        () -> node.mutate(key, "CREATE TABLE u(n)"),
                        () ->
                                node.database(key)
                                        .queryStream(TestNode.reading(key, "SELECT 1"))
                                        .forEachRemaining(part -> {}),
                        () ->
                                instances.createInstance(
                                        CreateInstanceRequest.newBuilder()
                                                .setInstance(wire)
                                                .build()),
                        () ->
                                instances.describeInstance(
                                        DescribeInstanceRequest.newBuilder()
                                                .setInstance(wire)
                                                .build()),
                        () ->
                                instances.compactInstance(
                                        CompactInstanceRequest.newBuilder()
                                                .setInstance(wire)
                                                .build()),
                        () ->
                                instances
                                        .exportInstance(
                                                ExportInstanceRequest.newBuilder()
                                                        .setInstance(wire)
                                                        .build())
                                        .forEachRemaining(part -> {}),
                        () -> node.delete(key));
        var reasons = new ArrayList<Reason>();
        calls.forEach(call -> reasons.add(TestNode.failure(call).reason()));
        reasons.add(overLink(node, SERVICE, key));
        return reasons;
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
                overLink(node, USER, "user:alice"));
    }

    private static Reason overLink(TestNode node, Caller caller, String key) {
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
                        .setCaller(caller.toProto())
                        .setAuthorisedKey(ByteString.copyFrom(InstanceKey.parse(key).bytes()))
                        .setTimeoutMicros(TimeUnit.SECONDS.toMicros(20))
                        .setBody(TestNode.reading(key, "SELECT 1").toByteString());
        steps.onNext(LinkSteps.newBuilder().addSteps(LinkStep.newBuilder().setCall(call)).build());
        var reason = Reason.find(refusal.orTimeout(20, TimeUnit.SECONDS).join()).orElseThrow();
        steps.onCompleted();
        return reason;
    }
}
