package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.PERMISSION_DENIED;
import static io.grpc.Status.Code.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ApplyConfigResponse;
import dev.atoll.proto.v1.ConfigVersion;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.proto.v1.GetConfigResponse;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.system.harness.AtollProcess;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.MetricsPage;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Caller;
import dev.atoll.wire.EtcdLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** Versions of the declarations in a cluster of two nodes and two routers. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class ConfigIT {
    /** What is promised. */
    private static final Duration EVERYWHERE_WITHIN = Duration.ofSeconds(2);

    private static final Duration SETTLE_MAX = Duration.ofSeconds(30);

    private final TestCluster cluster = new TestCluster("config");
    private final EtcdLayout layout = new EtcdLayout("test");
    private TestClient client = new TestClient(1, "");
    private TestClient other = client;

    @BeforeAll
    void start() {
        cluster.start(2, 2);
        client = cluster.client(0);
        other = cluster.client(1);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    void everyNodeAndRouterHasAVersionSoonAfterItWasApplied() {
        for (int i = 0; i < 5; i++) {
            long version = apply(client, declaring("round" + i)).getVersion();

            Eventually.await(
                    "everybody has version " + version,
                    EVERYWHERE_WITHIN,
                    () -> versionsSeen().stream().allMatch(seen -> seen == version));
            assertThat(confirmed(cluster.node(0))).isTrue();
            assertThat(confirmed(cluster.node(1))).isTrue();
            assertThat(show(other, 0).getVersion()).isEqualTo(version);
        }
    }

    @Test
    void versionsAreListedNewestFirstAndOldOnesCanBeAppliedAgain() {
        var first = declaring("first");
        var second = declaring("second");
        long old = apply(client, first).getVersion();
        assertThat(apply(other, second).getVersion()).isEqualTo(old + 1);

        var again =
                client.config()
                        .applyConfig(
                                applying(show(client, old).getYaml())
                                        .setExpectVersion(old + 1)
                                        .build());

        assertThat(again.getVersion()).isEqualTo(old + 2);
        assertThat(again.getComparedWith()).isEqualTo(old + 1);
        assertThat(again.getChangesList()).contains("first: added");
        assertThat(again.getDestructiveList())
                .singleElement()
                .asString()
                .startsWith("second: removed: ");
        var listed = versions(other);
        assertThat(listed.stream().limit(3).map(ConfigVersion::getVersion))
                .containsExactly(old + 2, old + 1, old);
        assertThat(listed.getFirst().getSha256()).isEqualTo(listed.get(2).getSha256());
        assertThat(listed.getFirst().getAppliedBy()).startsWith("tester (");
        assertThat(show(other, old + 1).getYaml()).isEqualTo(second);
    }

    @Test
    void theSameFileAgainIsNoNewVersion() {
        var text = declaring("same");
        long version = apply(client, text).getVersion();

        assertThat(apply(other, text).getVersion()).isEqualTo(version);
        assertThat(versions(client).getFirst().getVersion()).isEqualTo(version);
    }

    @Test
    void ofTwoAtOnceOneWinsAndTheOtherIsTold() throws Exception {
        for (int i = 0; i < 10; i++) {
            long before = apply(client, declaring("before" + i)).getVersion();
            var texts = List.of(declaring("one" + i), declaring("two" + i));
            var calls = new ArrayList<Future<ApplyConfigResponse>>();
            for (int side = 0; side < 2; side++) {
                var stub = (side == 0 ? client : other).configAsync();
                calls.add(
                        stub.applyConfig(
                                applying(texts.get(side)).setExpectVersion(before).build()));
            }
            int winner = -1;
            for (int side = 0; side < 2; side++) {
                try {
                    assertThat(calls.get(side).get().getVersion()).isEqualTo(before + 1);
                    assertThat(winner).as("both won").isEqualTo(-1);
                    winner = side;
                } catch (ExecutionException e) {
                    Refusal.of(Objects.requireNonNull(e.getCause()))
                            .is(FAILED_PRECONDITION, "EXPECTATION_FAILED")
                            .with("current_version", Long.toString(before + 1));
                }
            }
            assertThat(winner).as("nobody won").isNotEqualTo(-1);
            assertThat(show(client, 0).getYaml()).isEqualTo(texts.get(winner));
        }
    }

    @Test
    void aFileOfThreeMegabytesIsKeptInParts() {
        var text = declaring("large") + ("# " + "größer ".repeat(20) + "\n").repeat(20_000);
        assertThat(text.length()).isGreaterThan(2_800_000);

        long version = apply(client, text).getVersion();

        Eventually.await(
                "everybody has the large version",
                SETTLE_MAX,
                () -> versionsSeen().stream().allMatch(seen -> seen == version));
        assertThat(show(other, version).getYaml().equals(text)).isTrue();
        assertThat(versions(client).getFirst().getSizeBytes()).isGreaterThan(3_000_000);
        // Routers read what is below this key every second.
        assertThat(layout.versionTextsPrefix()).isGreaterThan(layout.placementEnd());
        assertThat(layout.versionsPrefix()).isGreaterThan(layout.placementEnd());
    }

    @Test
    void whatIsWrongIsRefusedAndTheOldVersionStays() {
        long version = apply(client, declaring("good")).getVersion();

        Refusal.of(() -> apply(client, "databases:\n  Bad: {}\n"))
                .is(INVALID_ARGUMENT, "CONFIG_INVALID")
                .saying("2:3:")
                .with("line", "2")
                .with("column", "3");
        Refusal.of(
                        () ->
                                client.config()
                                        .applyConfig(
                                                applying(declaring("worse"))
                                                        .setAllowDestructive(false)
                                                        .build()))
                .is(FAILED_PRECONDITION, "EXPECTATION_FAILED")
                .saying("good: removed: ");
        Refusal.of(() -> apply(client, "#".repeat(13 << 20)))
                .is(INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        Refusal.of(() -> show(client, 1_000_000)).is(INVALID_ARGUMENT, "VALIDATION_FAILED");
        var dry = client.config().applyConfig(applying(declaring("worse")).setDryRun(true).build());
        assertThat(dry.getVersion()).isZero();
        assertThat(dry.getDestructiveCount()).isEqualTo(1);

        assertThat(show(other, 0).getVersion()).isEqualTo(version);
    }

    @Test
    void whatIsDeclaredNoMoreIsGoneOnEveryNodeAndKept() {
        awaitEverywhere(apply(client, declaring("gone")).getVersion());
        var instances =
                IntStream.range(0, 8).mapToObj(i -> client.instance("gone", "i" + i)).toList();
        instances.forEach(
                instance -> instance.having("CREATE TABLE t(n)", "INSERT INTO t VALUES (7)"));

        awaitEverywhere(apply(client, declaring("other")).getVersion());

        for (var instance : instances) {
            instance.refusedQuery("SELECT n FROM t").is(NOT_FOUND, "NAMESPACE_NOT_FOUND");
            instance.through(other)
                    .refusedMutate("INSERT INTO t VALUES (8)")
                    .is(NOT_FOUND, "NAMESPACE_NOT_FOUND")
                    .with("namespace", "gone");
            Refusal.of(instance::describe).is(NOT_FOUND, "NAMESPACE_NOT_FOUND");
            assertThat(instance.verify()).isEmpty();
        }
        client.instance("never", "declared")
                .refusedMutate("CREATE TABLE t(n)")
                .is(NOT_FOUND, "NAMESPACE_NOT_FOUND");
        client.instance("other", "")
                .refusedMutate("CREATE TABLE t(n)")
                .is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
        var listed =
                client.instances()
                        .listInstances(
                                ListInstancesRequest.newBuilder().setNamespace("gone").build());
        assertThat(listed.getInstancesCount()).isEqualTo(8);

        awaitEverywhere(apply(other, declaring("gone")).getVersion());

        for (var instance : instances) {
            assertThat(instance.rows("SELECT n FROM t")).containsExactly(row(7));
        }
    }

    @Test
    void onlyThoseWhoLookAfterTheClusterMayCall() {
        var reader = cluster.client(0, cluster.issuer().service("reader", "*=read,write"));
        var user = cluster.client(0, cluster.issuer().user("alice"));

        Refusal.of(() -> apply(reader, declaring("forbidden")))
                .is(PERMISSION_DENIED, "SCOPE_DENIED");
        Refusal.of(() -> show(reader, 0)).is(PERMISSION_DENIED, "SCOPE_DENIED");
        Refusal.of(() -> versions(user)).is(PERMISSION_DENIED, "RULE_DENIED");
    }

    @Test
    void whileEtcdIsAwayServicesAreServedAndUsersAreNot() {
        var instance = client.fresh().having("CREATE TABLE t(n)");
        long version = apply(client, declaring("here")).getVersion();
        awaitEverywhere(version);
        assertThat(asUser(cluster.node(0), instance).reason()).isEqualTo("RULE_DENIED");

        cluster.etcd().kill();

        for (var node : List.of(cluster.node(0), cluster.node(1))) {
            Eventually.await(
                    "a node that cannot ask stops serving users",
                    SETTLE_MAX,
                    () -> asUser(node, instance).reason().equals("NODE_UNAVAILABLE"));
            assertThat(node.http("/readyz").body()).contains("configuration: ");
            assertThat(confirmed(node)).isFalse();
            assertThat(version(node)).isEqualTo(version);
        }
        instance.mutate("INSERT INTO t VALUES (1)");
        assertThat(instance.rows("SELECT n FROM t")).containsExactly(row(1));
        Refusal.of(() -> apply(client, declaring("away"))).is(UNAVAILABLE, "NODE_UNAVAILABLE");
        Refusal.of(() -> show(client, 0)).is(UNAVAILABLE, "NODE_UNAVAILABLE");

        cluster.etcd().start();
        cluster.etcd().compact();

        Eventually.await(
                "users are known again",
                SETTLE_MAX,
                () ->
                        asUser(cluster.node(0), instance).reason().equals("RULE_DENIED")
                                && asUser(cluster.node(1), instance)
                                        .reason()
                                        .equals("RULE_DENIED"));
        cluster.awaitReady();
        awaitEverywhere(apply(client, declaring("back")).getVersion());
    }

    @Test
    void whatWasAppliedWhileANodeHungIsItsVersionSoonAfter() {
        var _ = apply(client, declaring("before"));
        var node = cluster.node(1);
        node.pause();
        long version;
        try {
            version = applyByNode(cluster.node(0), declaring("meanwhile")).getVersion();
            cluster.etcd().compact();
            // Half of these are asked of the node that hangs, first.
            for (int i = 0; i < 4; i++) {
                assertThat(show(other, 0).getVersion()).isEqualTo(version);
            }
        } finally {
            node.resume();
        }

        Eventually.await("the node that hung has it", SETTLE_MAX, () -> version(node) == version);
        cluster.awaitReady();
    }

    @Test
    void aVersionIsThereAgainAfterARestart() {
        long version = apply(client, declaring("kept")).getVersion();
        awaitEverywhere(version);
        cluster.node(0).kill();
        cluster.node(1).kill();
        cluster.router(0).kill();
        cluster.etcd().kill();

        // What a node had it knows before etcd is back.
        cluster.node(0).start();
        Eventually.await(
                "the node that was started without etcd has its copy",
                SETTLE_MAX,
                () -> responds(cluster.node(0)) && version(cluster.node(0)) == version);
        assertThat(confirmed(cluster.node(0))).isFalse();

        cluster.etcd().start();
        cluster.node(1).start();
        cluster.router(0).start();
        cluster.awaitReady();
        awaitEverywhere(version);
        assertThat(show(client, 0).getVersion()).isEqualTo(version);
    }

    @Test
    void anEtcdThatLostTheVersionsIsNotBelieved() {
        var text = declaring("precious");
        long version = apply(client, text).getVersion();
        awaitEverywhere(version);

        cluster.etcd().delete(layout.configKey());

        Eventually.await(
                "a node says that versions are lost",
                SETTLE_MAX,
                () -> cluster.node(0).http("/readyz").body().contains("apply a file again"));
        assertThat(version(cluster.node(0))).isEqualTo(version);

        var again = apply(client, text);
        assertThat(again.getVersion()).isEqualTo(version + 1);
        awaitEverywhere(version + 1);
        cluster.awaitReady();
    }

    /** That namespace, beside the one of fresh instances. */
    private static String declaring(String namespace) {
        return """
        databases:
          test: { dynamic: true }
          %s: { dynamic: true }
        # %s
        """
                .formatted(namespace, UUID.randomUUID());
    }

    private static ApplyConfigRequest.Builder applying(String text) {
        return ApplyConfigRequest.newBuilder().setYaml(text).setAllowDestructive(true);
    }

    private static ApplyConfigResponse apply(TestClient by, String text) {
        return by.config().applyConfig(applying(text).build());
    }

    /** As a router does that asks this node. */
    private static ApplyConfigResponse applyByNode(AtollProcess node, String text) {
        try (var direct =
                new TestClient(node.port(), "")
                        .header(
                                CallMetadata.CALLER,
                                new Caller(Caller.Kind.SERVICE, "test", "tester").toProto())) {
            return apply(direct, text);
        }
    }

    private static GetConfigResponse show(TestClient by, long version) {
        return by.config().getConfig(GetConfigRequest.newBuilder().setVersion(version).build());
    }

    private static List<ConfigVersion> versions(TestClient by) {
        return by.config()
                .listConfigVersions(ListConfigVersionsRequest.getDefaultInstance())
                .getVersionsList();
    }

    /** How a node refuses a user whom a router let through. */
    private static Refusal asUser(AtollProcess node, InstanceHandle instance) {
        try (var direct =
                new TestClient(node.port(), "")
                        .header(
                                CallMetadata.CALLER,
                                new Caller(Caller.Kind.USER, "test", "alice").toProto())
                        .header(CallMetadata.AUTHORISED_KEY, instance.keyBytes().toByteArray())) {
            return instance.through(direct).refusedQuery("SELECT 1");
        }
    }

    private void awaitEverywhere(long version) {
        Eventually.await(
                "everybody has version " + version,
                SETTLE_MAX,
                () -> versionsSeen().stream().allMatch(seen -> seen == version));
    }

    private List<Long> versionsSeen() {
        return List.of(
                version(cluster.node(0)),
                version(cluster.node(1)),
                metric(cluster.router(0), "atoll_router_config_version"),
                metric(cluster.router(1), "atoll_router_config_version"));
    }

    private static long version(AtollProcess node) {
        return metric(node, "atoll_node_config_version");
    }

    private static boolean confirmed(AtollProcess node) {
        return metric(node, "atoll_node_config_confirmed") == 1;
    }

    private static boolean responds(AtollProcess process) {
        return process.http("/livez").status() == 200;
    }

    private static long metric(AtollProcess process, String name) {
        return (long) new MetricsPage(process.http("/metrics").body()).sum(name);
    }
}
