package dev.atoll.node;

import static dev.atoll.node.TestNode.failure;
import static dev.atoll.node.TestNode.insertion;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.DeleteRows;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The limits that a file declares for the instances of a namespace. */
@Timeout(60)
class NamespaceLimitsTest {
    private static final Caller ALICE = new Caller(Caller.Kind.USER, "test", "alice");
    private static final Caller BOB = new Caller(Caller.Kind.USER, "test", "bob");
    private static final String ENDLESS =
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";

    @TempDir Path data;

    private static String yaml(String limits) {
        return """
        databases:
          user:
            dynamic: true
            access: { create: instance.id == auth.id, access: instance.id == auth.id }
            tables:
              t:
                fields: { a: { type: text } }
                search: [a]
                access: { read: true, insert: true, delete: true }
            limits: { LIMITS }
          slow:
            access: { create: "true", access: "tables.t.all(a, tables.t.all(b, tables.t.all(c, a.n + b.n + c.n >= 0)))" }
            tables:
              t: { fields: { n: { type: integer } }, access: { read: true, insert: true } }
            limits: { LIMITS }
        """
                .replace("LIMITS", limits);
    }

    @Test
    void aFullInstanceTakesDeletesAndAnotherFileCountsAtOnce() throws IOException {
        try (var node = TestNode.start(data)) {
            node.apply(yaml("size: 1MiB"));
            var full = fill(node, "user:alice");
            assertThat(full.reason()).isEqualTo(Reason.INSTANCE_FULL);
            assertThat(full.details())
                    .containsEntry("limit", "size")
                    .containsEntry("value", "1048576");
            assertThat(limited(node, "size")).isEqualTo(1);
            long rows = node.count(ALICE, "user:alice", "t");
            assertThat(rows).isBetween(5L, 100L);

            node.apply(yaml("size: 2MiB"));
            assertThat(fill(node, "user:alice").details()).containsEntry("value", "2097152");
            assertThat(node.count(ALICE, "user:alice", "t")).isGreaterThan(rows);

            node.apply(yaml("size: 1MiB"));
            assertThat(fill(node, "user:alice").details()).containsEntry("value", "1048576");
            deleteAll(node, "user:alice");
            assertThat(node.count(ALICE, "user:alice", "t")).isZero();
            insert(node, ALICE, "user:alice", "there is room again");
            assertThat(node.count(ALICE, "user:alice", "t")).isEqualTo(1);
        }
    }

    @Test
    void theFirstMutateIsHeldToTheSizeToo() throws IOException {
        try (var node = TestNode.start(data)) {
            node.apply(yaml("size: 1MiB"));
            var insert = insertion("t", "a", "word ".repeat(300_000));

            assertThat(failure(() -> node.mutate(ALICE, "user:alice", insert)).reason())
                    .isEqualTo(Reason.INSTANCE_FULL);
            assertThat(failure(() -> node.count(ALICE, "user:alice", "t")).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);
        }
    }

    @Test
    void aStatementHasItsTimeAndNoMore() throws IOException {
        try (var node = TestNode.start(data)) {
            node.apply(yaml("statement-time: 200ms"));
            insert(node, ALICE, "user:alice", "x");

            var failure = failure(() -> node.query("user:alice", ENDLESS));

            assertThat(failure.reason()).isEqualTo(Reason.STATEMENT_TIMEOUT);
            assertThat(failure.details())
                    .containsEntry("limit", "statement-time")
                    .containsEntry("value", "200ms")
                    .containsEntry("operation", "0");
            assertThat(limited(node, "statement-time")).isEqualTo(1);
            assertThat(node.count(ALICE, "user:alice", "t")).isEqualTo(1);
        }
    }

    @Test
    void anAccessRuleThatIsNotAnsweredInTimeIsTrueForNobody() throws IOException {
        try (var node = TestNode.start(data)) {
            node.apply(yaml("statement-time: 200ms"));
            var missing = failure(() -> node.count(ALICE, "slow", "t"));
            assertThat(missing.reason()).isEqualTo(Reason.INSTANCE_NOT_FOUND);
            node.mutate(
                    "slow",
                    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1500)"
                            + " INSERT INTO t (id, n, createdAt, updatedAt)"
                            + " SELECT 'i' || x, x, 0, 0 FROM c");

            var denied = failure(() -> node.count(ALICE, "slow", "t"));

            assertThat(denied.message()).isEqualTo(missing.message());
            assertThat(denied.reason()).isEqualTo(missing.reason());
            assertThat(denied.details()).isEqualTo(missing.details());
            assertThat(failure(() -> insert(node, ALICE, "slow", "x")).reason())
                    .isEqualTo(Reason.CREATE_DENIED);
            assertThat(limited(node, "statement-time")).isEqualTo(2);
        }
    }

    @Test
    void callsBeyondTheRateAreRefusedAndThoseOfStrangersDoNotCount() throws IOException {
        try (var node = TestNode.start(data)) {
            node.apply(yaml("calls-per-second: 1000000"));
            insert(node, ALICE, "user:alice", "x");
            node.apply(yaml("calls-per-second: 1"));

            var refused = untilRefused(node, "user:alice");

            assertThat(refused.reason()).isEqualTo(Reason.RATE_LIMITED);
            assertThat(refused.details())
                    .containsEntry("limit", "calls-per-second")
                    .containsEntry("value", "1");
            assertThat(refused.retryAfter().orElseThrow()).isPositive();
            assertThat(refused.retryAfter().orElseThrow().toMillis()).isLessThanOrEqualTo(1_000);
            assertThat(limited(node, "calls-per-second")).isEqualTo(1);
            // Another instance has its own, and a stranger learns nothing.
            insert(node, BOB, "user:bob", "x");
            for (int i = 0; i < 5; i++) {
                assertThat(failure(() -> node.count(BOB, "user:alice", "t")).reason())
                        .isEqualTo(Reason.INSTANCE_NOT_FOUND);
                assertThat(failure(() -> insert(node, BOB, "user:alice", "x")).reason())
                        .isEqualTo(Reason.CREATE_DENIED);
            }
            // Services count like all others.
            var _ = untilRefused(node, TestNode.service(), "user:alice");

            node.apply(yaml("calls-per-second: 1000000"));
            for (int i = 0; i < 20; i++) {
                assertThat(node.count(ALICE, "user:alice", "t")).isEqualTo(1);
            }
        }
    }

    private static Failure untilRefused(TestNode node, String key) {
        return untilRefused(node, ALICE, key);
    }

    /** However slow this machine is: sooner or later two calls come within a second. */
    private static Failure untilRefused(TestNode node, Caller caller, String key) {
        return failure(
                () -> {
                    for (int i = 0; i < 10_000; i++) {
                        assertThat(node.count(caller, key, "t")).isEqualTo(1);
                    }
                });
    }

    private static double limited(TestNode node, String limit) {
        return node.registry()
                .get("atoll.node.calls.limited")
                .tag("limit", limit)
                .counter()
                .count();
    }

    private static Failure fill(TestNode node, String key) {
        return failure(
                () -> {
                    for (int i = 0; i < 1_000; i++) {
                        insert(node, ALICE, key, "a word and " + i + " more ".repeat(10_000));
                    }
                });
    }

    private static void insert(TestNode node, Caller caller, String key, String text) {
        var _ = node.mutate(caller, key, insertion("t", "a", text));
    }

    private static void deleteAll(TestNode node, String key) {
        var _ =
                node.mutate(
                        ALICE,
                        key,
                        WriteOperation.newBuilder()
                                .setDeleteWhere(DeleteRows.newBuilder().setTable("t"))
                                .build());
    }
}
