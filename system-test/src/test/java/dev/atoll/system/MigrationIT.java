package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static io.grpc.Status.Code.PERMISSION_DENIED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.GetMigrationStatusRequest;
import dev.atoll.proto.v1.GetMigrationStatusResponse;
import dev.atoll.proto.v1.PauseMigrationRequest;
import dev.atoll.proto.v1.ResumeMigrationRequest;
import dev.atoll.system.harness.AtollProcess;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.MetricsPage;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** Instances of two nodes that nobody calls, while other files are applied. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class MigrationIT {
    private static final Duration SETTLE_MAX = Duration.ofSeconds(60);
    private static final int INSTANCES = 60;

    private final TestCluster cluster = new TestCluster("migration");
    private TestClient client = new TestClient(1, "");
    private int round;

    @BeforeAll
    void start() {
        cluster.etcd().start();
        for (int i = 0; i < 2; i++) {
            cluster.addNode().with("migrations-per-second", 40).start();
        }
        cluster.addRouter().start();
        cluster.awaitReady();
        client = cluster.client(0);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    /** A test that failed while it paused must not fail the others. */
    @AfterEach
    void resume() {
        var _ = client.config().resumeMigration(ResumeMigrationRequest.getDefaultInstance());
    }

    @Test
    void allFollowOnBothNodesAndOneThatFailsIsNamed() {
        var instances = begin();
        var failing = instances.get(7);
        failing.mutate("INSERT INTO t (id, createdAt, updatedAt, a, n) VALUES ('2', 0, 0, 'x', 0)");
        long before0 = brought(cluster.node(0));
        long before1 = brought(cluster.node(1));

        long version = apply("text, unique: true", "");

        awaitDone(version);
        var status = status();
        assertThat(status.getFailed()).isEqualTo(1);
        assertThat(status.getInstancesByVersionMap())
                .containsEntry(version, INSTANCES - 1L)
                .containsEntry(version - 1, 1L);
        assertThat(status.getFailures(0).getInstance()).isEqualTo(failing.key());
        assertThat(status.getFailures(0).getReason()).startsWith("UNIQUE_VIOLATION");
        assertThat(status.getUnavailableNodesList()).isEmpty();
        assertThat(failing.rows("SELECT count(*) FROM t")).containsExactly(row(2));
        assertThat(failing.describe().getSchemaVersion()).isEqualTo(version - 1);
        assertThat(brought(cluster.node(0))).isGreaterThan(before0);
        assertThat(brought(cluster.node(1))).isGreaterThan(before1);
    }

    @Test
    void aPauseHoldsOnEveryNodeAndOverARestart() {
        var instances = begin();
        var _ = client.config().pauseMigration(PauseMigrationRequest.getDefaultInstance());
        long before = brought(cluster.node(0)) + brought(cluster.node(1));
        long version = apply("text", oneMore());
        awaitActive(version);

        assertThat(numberOf(instances.getFirst())).isEqualTo(1);
        Eventually.holds(
                "nobody migrates",
                Duration.ofSeconds(3),
                () -> brought(cluster.node(0)) + brought(cluster.node(1)) == before);
        cluster.node(0).kill();
        cluster.node(0).start();
        cluster.awaitReady();
        assertThat(status().getPaused()).isTrue();
        assertThat(status().getPending()).isGreaterThanOrEqualTo(INSTANCES - 1L);
        assertThat(brought(cluster.node(0))).isZero();

        var _ = client.config().resumeMigration(ResumeMigrationRequest.getDefaultInstance());

        awaitDone(version);
        assertThat(status().getPaused()).isFalse();
        instances.forEach(instance -> assertThat(numberOf(instance)).isEqualTo(1));
    }

    @Test
    void aNodeThatIsKilledInTheMiddleLosesNoneAndIsNamedMeanwhile() {
        var instances = begin();
        long before = brought(cluster.node(1));
        long version = apply("text", oneMore());
        Eventually.await("the pass has begun", SETTLE_MAX, () -> brought(cluster.node(1)) > before);
        cluster.node(1).kill();

        var named =
                Eventually.awaitValue(
                        "the node that is away is named",
                        SETTLE_MAX,
                        () -> status().getUnavailableNodesList().stream().findFirst());
        assertThat(status().getInstancesByVersionMap().values().stream().mapToLong(n -> n).sum())
                .isLessThan(INSTANCES);

        cluster.node(1).start();
        cluster.awaitReady();
        Eventually.await(
                "node " + named + " answers again",
                SETTLE_MAX,
                () -> status().getUnavailableNodesCount() == 0);
        awaitDone(version);
        assertThat(status().getFailed()).isZero();
        instances.forEach(instance -> assertThat(numberOf(instance)).isEqualTo(1));
    }

    @Test
    void onlyThoseWhoLookAfterTheClusterMayCall() {
        var reader = cluster.client(0, cluster.issuer().service("reader", "*=read,write"));
        Refusal.of(
                        () ->
                                reader.config()
                                        .getMigrationStatus(
                                                GetMigrationStatusRequest.getDefaultInstance()))
                .is(PERMISSION_DENIED, "SCOPE_DENIED");
        Refusal.of(() -> reader.config().pauseMigration(PauseMigrationRequest.getDefaultInstance()))
                .is(PERMISSION_DENIED, "SCOPE_DENIED");
    }

    /** A namespace of its own, and instances in it with a row each. */
    private List<InstanceHandle> begin() {
        round++;
        awaitDone(apply("text", ""));
        var instances =
                IntStream.range(0, INSTANCES)
                        .mapToObj(i -> client.instance("round" + round, "i" + i))
                        .toList();
        instances.forEach(
                instance ->
                        instance.mutate(
                                "INSERT INTO t (id, createdAt, updatedAt, a, n) VALUES ('1', 0, 0,"
                                        + " 'x', 0)"));
        return instances;
    }

    private static String oneMore() {
        return ", migrations: [ { name: m, sql: [UPDATE t SET n = n + 1] } ]";
    }

    private long apply(String type, String more) {
        var yaml =
                "databases: { round"
                        + round
                        + ": { dynamic: true, tables: { t: { fields: { a: { type: "
                        + type
                        + " }, n: { type: integer } } } }"
                        + more
                        + " } }";
        return client.config()
                .applyConfig(
                        ApplyConfigRequest.newBuilder()
                                .setYaml(yaml)
                                .setAllowDestructive(true)
                                .build())
                .getVersion();
    }

    private void awaitActive(long version) {
        Eventually.await(
                "both nodes know of version " + version,
                SETTLE_MAX,
                () -> version(cluster.node(0)) == version && version(cluster.node(1)) == version);
    }

    private void awaitDone(long version) {
        awaitActive(version);
        Eventually.await(
                "no instance is pending at version " + version,
                SETTLE_MAX,
                () -> status().getPending() == 0);
    }

    private GetMigrationStatusResponse status() {
        return client.config().getMigrationStatus(GetMigrationStatusRequest.getDefaultInstance());
    }

    private static long numberOf(InstanceHandle instance) {
        return (long) instance.rows("SELECT n FROM t").getFirst().getFirst();
    }

    private static long version(AtollProcess node) {
        return metric(node, "atoll_node_config_version");
    }

    private static long brought(AtollProcess node) {
        return metric(node, "atoll_node_migration_brought_total");
    }

    private static long metric(AtollProcess process, String name) {
        return (long) new MetricsPage(process.http("/metrics").body()).sum(name);
    }
}
