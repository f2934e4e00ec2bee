package dev.atoll.node;

import static dev.atoll.node.TestNode.failure;
import static dev.atoll.node.TestNode.mutation;
import static dev.atoll.node.TestNode.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Reason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller may believe of a reply: exactly once, all or nothing, as new as asked for. */
class CallOutcomesTest {
    private static final String KEY = "user:alice";
    private static final String ENDLESS =
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";
    private static final int REPEATS = 100;

    @TempDir private Path data;
    private TestNode node;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start(data, Map.of("lane-queue-max", "200"));
        node.mutate(KEY, "CREATE TABLE t(a)");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void aMutateSentManyTimesAtOnceHasOneEffectAndOneReply()
            throws ExecutionException, InterruptedException {
        var request =
                mutation(KEY, "INSERT INTO t VALUES (random())")
                        .setRequestId(uuid7(Instant.now()).toString())
                        .build();
        var stub =
                TestNode.as(
                        TestNode.service(), KEY, DatabaseServiceGrpc.newFutureStub(node.channel()));
        var calls = new ArrayList<Future<MutateResponse>>();
        for (int i = 0; i < REPEATS; i++) {
            calls.add(stub.mutate(request));
        }
        var replies = new ArrayList<MutateResponse>();
        for (var call : calls) {
            replies.add(call.get());
        }

        assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isEqualTo(1);
        assertThat(replies.stream().filter(reply -> !reply.getReplayed())).hasSize(1);
        assertThat(replies.stream().map(reply -> reply.toBuilder().clearReplayed().build()))
                .containsOnly(replies.getFirst().toBuilder().clearReplayed().build());
    }

    @Test
    void aRequestIdIsEachPrincipalsOwn() {
        var request =
                mutation(KEY, "INSERT INTO t VALUES (1)")
                        .setRequestId(uuid7(Instant.now()).toString())
                        .build();
        var other = new Caller(Caller.Kind.SERVICE, "test", "another");
        var stub = TestNode.as(other, KEY, DatabaseServiceGrpc.newBlockingStub(node.channel()));

        assertThat(node.database(KEY).mutate(request).getReplayed()).isFalse();
        assertThat(stub.mutate(request).getReplayed()).isFalse();
        assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isEqualTo(2);
    }

    @Test
    void refusesARequestIdWithOtherOperations() {
        var id = uuid7(Instant.now()).toString();
        var first = mutation(KEY, "INSERT INTO t VALUES (1)").setRequestId(id).build();
        var second = mutation(KEY, "INSERT INTO t VALUES (2)").setRequestId(id).build();

        assertThat(node.database(KEY).mutate(first).getReplayed()).isFalse();
        assertThat(failure(() -> node.database(KEY).mutate(second)).reason())
                .isEqualTo(Reason.REQUEST_ID_REUSED);
        assertThat(node.integer(KEY, "SELECT sum(a) FROM t")).isEqualTo(1);
    }

    @Test
    void refusesARequestIdThatIsTooOldOrNoUuid7() {
        var old = uuid7(Instant.now().minus(Duration.ofMinutes(16)));
        assertThat(reasonOf(old.toString())).isEqualTo(Reason.REQUEST_ID_EXPIRED);
        assertThat(reasonOf(UUID.randomUUID().toString())).isEqualTo(Reason.VALIDATION_FAILED);
        assertThat(reasonOf("7")).isEqualTo(Reason.VALIDATION_FAILED);
        assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isZero();
    }

    @Test
    void doesNotRememberAMutateThatFailed() {
        var id = uuid7(Instant.now()).toString();
        var failing = mutation(KEY, "INSERT INTO missing VALUES (1)").setRequestId(id).build();
        assertThat(failure(() -> node.database(KEY).mutate(failing)).reason())
                .isEqualTo(Reason.SQL_ERROR);
        node.mutate(KEY, "CREATE TABLE missing(a)");

        assertThat(node.database(KEY).mutate(failing).getReplayed()).isFalse();
        assertThat(node.integer(KEY, "SELECT count(*) FROM missing")).isEqualTo(1);
    }

    @Test
    void undoesAMutateThatChangedMoreOrLessThanExpected() {
        var request = mutation(KEY, "INSERT INTO t VALUES (1)", "UPDATE t SET a = 2");
        request.getOperationsBuilder(1).setExpectChanges(2);

        var failure = failure(() -> node.database(KEY).mutate(request.build()));

        assertThat(failure.reason()).isEqualTo(Reason.EXPECTATION_FAILED);
        assertThat(failure.details()).containsEntry("changes", "1").containsEntry("expected", "2");
        assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isZero();
    }

    @Test
    void answersABookmarkOfThePastAndRefusesOthers() {
        var bookmark = node.mutate(KEY, "INSERT INTO t VALUES (1)").getBookmark();
        var foreign = node.mutate("user:bob", "CREATE TABLE t(a)").getBookmark();

        assertThat(atLeast(bookmark)).isEqualTo(bookmark);
        for (var refused : List.of(foreign, bookmark.substring(0, 20) + "ffffffffffffffff", "x")) {
            assertThat(failure(() -> atLeast(refused)).reason()).isEqualTo(Reason.BOOKMARK_INVALID);
        }
    }

    @Test
    void interruptsAStatementAtItsDeadlineAndUndoesIt() {
        var request = mutation(KEY, "INSERT INTO t VALUES (1)", "INSERT INTO t " + ENDLESS);
        var status =
                catchThrowableOfType(
                        StatusRuntimeException.class,
                        () ->
                                node.database(KEY)
                                        .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                                        .mutate(request.build()));

        assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isZero();
    }

    @Test
    void endsAStatementWithoutADeadlineAtTheDefaultOne() throws IOException {
        try (var other =
                TestNode.start(data.resolve("other"), Map.of("deadline-default", "200ms"))) {
            other.mutate(KEY, "CREATE TABLE t(a)");
            assertThat(failure(() -> other.query(KEY, ENDLESS)).reason())
                    .isEqualTo(Reason.STATEMENT_TIMEOUT);
            assertThat(other.integer(KEY, "SELECT count(*) FROM t")).isZero();
        }
    }

    @Test
    void freesTheLaneOfACallThatIsCancelled() {
        var endless =
                TestNode.as(
                                TestNode.service(),
                                KEY,
                                DatabaseServiceGrpc.newFutureStub(node.channel()))
                        .query(reading(KEY, ENDLESS));
        assertThat(endless.cancel(true)).isTrue();

        var stub = node.database(KEY).withDeadlineAfter(10, TimeUnit.SECONDS);
        assertThat(stub.query(reading(KEY, "SELECT 7")).getResultsCount()).isEqualTo(1);
    }

    @Test
    void refusesWritesButNotReadsWhenTheDiskIsFull() throws IOException {
        var folder = data.resolve("full");
        try (var roomy = TestNode.start(folder)) {
            roomy.mutate(KEY, "CREATE TABLE t(a)");
        }
        try (var full = TestNode.start(folder, Map.of("disk-reserve", "1000000GiB"))) {
            assertThat(failure(() -> full.mutate(KEY, "INSERT INTO t VALUES (1)")).reason())
                    .isEqualTo(Reason.NODE_FULL);
            assertThat(failure(() -> full.mutate("user:new", "CREATE TABLE t(a)")).reason())
                    .isEqualTo(Reason.NODE_FULL);
            assertThat(full.integer(KEY, "SELECT count(*) FROM t")).isZero();
        }
    }

    private Reason reasonOf(String requestId) {
        var request = mutation(KEY, "INSERT INTO t VALUES (1)").setRequestId(requestId).build();
        return failure(() -> node.database(KEY).mutate(request)).reason();
    }

    private String atLeast(String bookmark) {
        var request = reading(KEY, "SELECT 1").toBuilder().setMinBookmark(bookmark).build();
        return node.database(KEY).query(request).getBookmark();
    }

    private static UUID uuid7(Instant time) {
        var random = UUID.randomUUID();
        return new UUID(
                time.toEpochMilli() << 16 | 0x7000 | (random.getMostSignificantBits() & 0xfff),
                random.getLeastSignificantBits());
    }
}
