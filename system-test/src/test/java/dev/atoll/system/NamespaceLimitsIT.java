package dev.atoll.system;

import static dev.atoll.system.harness.Tables.count;
import static dev.atoll.system.harness.Tables.deleteWhere;
import static dev.atoll.system.harness.Tables.insert;
import static dev.atoll.system.harness.TablesCluster.freshId;
import static dev.atoll.system.harness.TablesCluster.refused;
import static io.grpc.Status.Code.DEADLINE_EXCEEDED;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** The limits of a namespace, through a router: beyond each there is one outcome. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class NamespaceLimitsIT {
    private static final int ROWS_BEYOND = 1_000;
    private static final int CALLS_BEYOND = 10_000;
    private static final Duration NEXT_CALL_MOST = Duration.ofSeconds(30);

    private final TestCluster cluster = new TestCluster("limits");
    private TestClient service = new TestClient(1, "");
    private TestClient alice = service;
    private TestClient bob = service;

    @BeforeAll
    void start() {
        cluster.start(1, 1);
        service = cluster.client(0);
        alice = cluster.client(0, cluster.issuer().user("alice"));
        bob = cluster.client(0, cluster.issuer().user("bob"));
        declare("1MiB", "200ms", 1);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    private void declare(String size, String time, int calls) {
        var yaml =
                """
                databases:
                  sized:
                    dynamic: true
                    access: { create: "true", access: "true" }
                    tables:
                      t:
                        fields: { text: { type: text }, by: { type: text } }
                        search: [text]
                        access: { read: "true", insert: "true", delete: row.by == auth.id }
                    limits: { size: %s }
                  timed:
                    dynamic: true
                    access: { create: "true", access: "true" }
                    tables:
                      t:
                        fields: { n: { type: integer } }
                        access:
                          read: tables.t.all(a, tables.t.all(b, row.n + a.n + b.n >= 0))
                          insert: "true"
                    limits: { statement-time: %s }
                  rated:
                    dynamic: true
                    access: { create: instance.id == auth.id, access: instance.id == auth.id }
                    tables:
                      t: { fields: { a: { type: text } }, access: { read: "true", insert: "true" } }
                    limits: { calls-per-second: %d }
                  announced:
                    access: { create: "true", access: "true" }
                    tables:
                      t: { fields: { a: { type: text } }, access: { read: "true", insert: "true" } }
                    limits: { size: %s, statement-time: 1m, calls-per-second: %d }
                """
                        .formatted(size, time, calls, size, calls);
        var _ =
                service.config()
                        .applyConfig(
                                ApplyConfigRequest.newBuilder()
                                        .setYaml(yaml)
                                        .setAllowDestructive(true)
                                        .build());
    }

    @Test
    void aFullInstanceIsReadAndDeletedFrom() {
        var instance = alice.instance("sized", freshId());
        instance.run(text("bob", 1));

        fill(instance).with("limit", "size").with("value", "1048576");

        long rows = instance.read(count("t", "")).getCount();
        assertThat(rows).isBetween(5L, 100L);
        refused(instance, text("alice", 50_000)).is(RESOURCE_EXHAUSTED, "INSTANCE_FULL");
        assertThat(instance.run(deleteWhere("t", "")).getChanges()).isEqualTo(rows - 1);
        instance.run(text("alice", 50_000));
        assertThat(instance.read(count("t", "")).getCount()).isEqualTo(2);
        assertThat(instance.through(service).verify()).isEmpty();
    }

    private static WriteOperation text(String by, int length) {
        return insert("t", "text", "words ".repeat(length / 6 + 1), "by", by);
    }

    private static Refusal fill(InstanceHandle instance) {
        return Refusal.of(
                        () -> {
                            for (int i = 0; i < ROWS_BEYOND; i++) {
                                instance.run(text("alice", 50_000));
                            }
                        })
                .is(RESOURCE_EXHAUSTED, "INSTANCE_FULL");
    }

    @Test
    void anOperationThatTakesTooLongIsEnded() {
        var instance = service.instance("timed", freshId());
        instance.mutate(
                "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000)"
                        + " INSERT INTO t (id, n, createdAt, updatedAt)"
                        + " SELECT 'i' || x, x, 0, 0 FROM c");

        refused(instance.through(alice), count("t", ""))
                .is(DEADLINE_EXCEEDED, "STATEMENT_TIMEOUT")
                .with("limit", "statement-time")
                .with("value", "200ms")
                .with("operation", "0");

        instance.through(alice).run(insert("t", "n", 1));
        instance.refusedQuery(
                        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
                                + " SELECT count(*) FROM c")
                .is(DEADLINE_EXCEEDED, "STATEMENT_TIMEOUT")
                .with("limit", "statement-time");
        assertThat(instance.read(count("t", "")).getCount()).isEqualTo(2_001);
    }

    @Test
    void tooManyCallsAreRefusedAndSaidWhenToComeAgain() {
        var instance = alice.instance("rated", "alice");
        untilServed(instance, insert("t", "a", "x"));

        var refused =
                Refusal.of(
                        () -> {
                            for (int i = 0; i < CALLS_BEYOND; i++) {
                                assertThat(instance.read(count("t", "")).getCount()).isEqualTo(1);
                            }
                        });

        refused.is(RESOURCE_EXHAUSTED, "RATE_LIMITED")
                .with("limit", "calls-per-second")
                .with("value", "1");
        assertThat(refused.retryInfo()).isTrue();
        // Others have their own, and learn nothing.
        refused(instance.through(bob), count("t", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        var other = bob.instance("rated", "bob");
        untilServed(other, insert("t", "a", "x"));
        untilServed(instance, insert("t", "a", "y"));
    }

    /** Once, as soon as there is room. */
    private static void untilServed(InstanceHandle instance, WriteOperation operation) {
        Eventually.await(
                "the call is served",
                NEXT_CALL_MOST,
                () -> {
                    try {
                        return instance.run(operation).getChanges() == 1;
                    } catch (StatusRuntimeException e) {
                        assertThat(Refusal.of(e).reason()).isEqualTo("RATE_LIMITED");
                        return false;
                    }
                });
    }

    @Test
    void aSingleInstanceHasItsLimitsAndAnotherFileCountsWithoutARestart() {
        var instance = alice.instance("announced", "");
        declare("1MiB", "200ms", 1_000_000);
        instance.run(insert("t", "a", "x"));
        fillAnnounced(instance).with("value", "1048576");
        long rows = instance.read(count("t", "")).getCount();

        declare("2MiB", "200ms", 1_000_000);
        fillAnnounced(instance).with("value", "2097152");
        assertThat(instance.read(count("t", "")).getCount()).isGreaterThan(rows);

        declare("1MiB", "200ms", 1);
        Refusal.of(
                        () -> {
                            for (int i = 0; i < CALLS_BEYOND; i++) {
                                assertThat(instance.read(count("t", "")).getCount()).isPositive();
                            }
                        })
                .is(RESOURCE_EXHAUSTED, "RATE_LIMITED");
    }

    private static Refusal fillAnnounced(InstanceHandle instance) {
        return Refusal.of(
                        () -> {
                            for (int i = 0; i < ROWS_BEYOND; i++) {
                                instance.run(insert("t", "a", "x".repeat(50_000)));
                            }
                        })
                .is(RESOURCE_EXHAUSTED, "INSTANCE_FULL");
    }
}
