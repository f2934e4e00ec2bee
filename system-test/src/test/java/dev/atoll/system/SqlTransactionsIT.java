package dev.atoll.system;

import static dev.atoll.system.harness.Sql.expecting;
import static dev.atoll.system.harness.Sql.row;
import static dev.atoll.system.harness.Sql.write;
import static io.grpc.Status.Code.ALREADY_EXISTS;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.RequestIds;
import dev.atoll.system.harness.SharedCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** SQL through a router: constraints, all or nothing, and exactly once. */
@ExtendWith(LogsOnFailure.class)
class SqlTransactionsIT {
    private final InstanceHandle instance =
            SharedCluster.client()
                    .fresh()
                    .having(
                            "CREATE TABLE parent(id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
                            "CREATE TABLE child(id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent,"
                                    + " age INTEGER CHECK (age >= 0))",
                            "INSERT INTO parent VALUES (1, 'one')");

    @Test
    void duplicatePrimaryKeyNamesTableAndColumn() {
        instance.refusedMutate("INSERT INTO parent VALUES (1, 'other')")
                .is(ALREADY_EXISTS, "UNIQUE_VIOLATION")
                .saying("parent.id")
                .with("operation", "0");
    }

    @Test
    void duplicateUniqueColumnNamesTableAndColumn() {
        instance.refusedMutate("INSERT INTO parent VALUES (2, 'one')")
                .is(ALREADY_EXISTS, "UNIQUE_VIOLATION")
                .saying("parent.name");
    }

    @Test
    void notNullCheckAndForeignKeyAreConstraints() {
        instance.refusedMutate("INSERT INTO child VALUES (1, NULL, 1)")
                .is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION")
                .saying("NOT NULL", "child.parent");
        instance.refusedMutate("INSERT INTO child VALUES (1, 1, -1)")
                .is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION")
                .saying("CHECK");
        instance.refusedMutate("INSERT INTO child VALUES (1, 99, 1)")
                .is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION")
                .saying("FOREIGN KEY");
        assertThat(instance.rows("SELECT * FROM child")).isEmpty();
    }

    @Test
    void thirdOperationThatFailsTakesTheOthersBack() {
        var request =
                instance.mutateRequest(
                        write("INSERT INTO parent VALUES (10, 'ten')"),
                        write("INSERT INTO parent VALUES (11, 'eleven')"),
                        write("INSERT INTO parent VALUES (12, 'one')"));

        refused(request).is(ALREADY_EXISTS, "UNIQUE_VIOLATION").with("operation", "2");

        assertThat(instance.rows("SELECT id FROM parent")).containsExactly(row(1));
    }

    @Test
    void tableOfFailedMutateDoesNotExist() {
        var request =
                instance.mutateRequest(
                        write("CREATE TABLE later(a)"),
                        write("INSERT INTO later VALUES (1)"),
                        write("INSERT INTO parent VALUES (1, 'again')"));

        refused(request).is(ALREADY_EXISTS, "UNIQUE_VIOLATION").with("operation", "2");

        instance.refusedQuery("SELECT * FROM later")
                .is(INVALID_ARGUMENT, "SQL_ERROR")
                .saying("no such table: later");
    }

    @Test
    void failedFirstMutateCreatesNothing() {
        var missing = SharedCluster.client().fresh();

        missing.refusedMutate("INSERT INTO nowhere VALUES (1)").is(INVALID_ARGUMENT, "SQL_ERROR");

        missing.refusedQuery("SELECT 1").is(NOT_FOUND, "INSTANCE_NOT_FOUND");
    }

    @Test
    void deferredForeignKeysAllowChildBeforeParent() {
        var reply =
                instance.mutate(
                        write("PRAGMA defer_foreign_keys=ON"),
                        write("INSERT INTO child VALUES (1, 20, 1)"),
                        write("INSERT INTO parent VALUES (20, 'twenty')"));

        assertThat(reply.getResultsCount()).isEqualTo(3);
        assertThat(instance.rows("SELECT parent FROM child")).containsExactly(row(20));
    }

    @Test
    void orphanLeftAtTheEndTakesAllBack() {
        var request =
                instance.mutateRequest(
                        write("PRAGMA defer_foreign_keys=ON"),
                        write("INSERT INTO parent VALUES (30, 'thirty')"),
                        write("INSERT INTO child VALUES (1, 31, 1)"));

        refused(request).is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION").saying("FOREIGN KEY");

        assertThat(
                        instance.rows(
                                "SELECT count(*) FROM child UNION ALL SELECT count(*) FROM parent"))
                .containsExactly(row(0), row(1));
        // Deferring ended with its transaction.
        instance.refusedMutate("INSERT INTO child VALUES (1, 31, 1)")
                .is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION");
    }

    @Test
    void sameRequestIdGivesTheFirstReplyAndOneEffect() {
        var request = insertOnce(RequestIds.now());

        var first = instance.client().database().mutate(request);
        var second = instance.client().database().mutate(request);

        assertThat(first.getReplayed()).isFalse();
        assertThat(second).isEqualTo(first.toBuilder().setReplayed(true).build());
        assertThat(instance.rows("SELECT count(*) FROM parent WHERE name = 'once'"))
                .containsExactly(row(1));
    }

    @Test
    void requestIdBelongsToOnePrincipal() {
        var request = insertOnce(RequestIds.now());
        instance.client().database().mutate(request);
        var cluster = SharedCluster.get();

        try (var other = cluster.client(0, cluster.issuer().service("another", "*=admin"))) {
            var refusal = Refusal.of(() -> other.database().mutate(request));
            refusal.is(ALREADY_EXISTS, "UNIQUE_VIOLATION");
        }
    }

    @Test
    void requestIdWithOtherOperationsIsRefused() {
        var id = RequestIds.now();
        instance.client().database().mutate(insertOnce(id));

        var other = instance.mutateRequest(write("INSERT INTO parent(name) VALUES ('other')"));
        refused(other.toBuilder().setRequestId(id).build())
                .is(INVALID_ARGUMENT, "REQUEST_ID_REUSED");

        assertThat(instance.rows("SELECT count(*) FROM parent WHERE name = 'other'"))
                .containsExactly(row(0));
    }

    @Test
    void requestIdThatIsNotVersion7IsRefused() {
        refused(insertOnce("not a uuid")).is(INVALID_ARGUMENT, "VALIDATION_FAILED");
        refused(insertOnce(new UUID(0x1234_5678_9abc_4defL, 0x8000_0000_0000_0001L).toString()))
                .is(INVALID_ARGUMENT, "VALIDATION_FAILED");
    }

    @Test
    void requestIdOlderThanTheWindowIsRefused() {
        var old = RequestIds.at(Instant.now().minus(Duration.ofMinutes(16)));

        refused(insertOnce(old)).is(INVALID_ARGUMENT, "REQUEST_ID_EXPIRED");

        assertThat(instance.rows("SELECT count(*) FROM parent WHERE name = 'once'"))
                .containsExactly(row(0));
    }

    @Test
    void failedMutateIsNotRemembered() {
        var id = RequestIds.now();
        var request =
                instance.mutateRequest(write("INSERT INTO later VALUES (1)")).toBuilder()
                        .setRequestId(id)
                        .build();
        refused(request).is(INVALID_ARGUMENT, "SQL_ERROR");
        instance.having("CREATE TABLE later(a)");

        var reply = instance.client().database().mutate(request);

        assertThat(reply.getReplayed()).isFalse();
        assertThat(instance.rows("SELECT a FROM later")).containsExactly(row(1));
    }

    @Test
    void unmetExpectationTakesAllBack() {
        var request =
                instance.mutateRequest(
                        write("INSERT INTO parent VALUES (40, 'forty')"),
                        expecting(
                                1,
                                write(
                                        "UPDATE parent SET name = 'x' WHERE id = 1 AND name = 'stale'")));

        refused(request).is(FAILED_PRECONDITION, "EXPECTATION_FAILED").with("operation", "1");

        assertThat(instance.rows("SELECT id, name FROM parent")).containsExactly(row(1, "one"));
    }

    @Test
    void metExpectationCommits() {
        instance.mutate(
                expecting(
                        1, write("UPDATE parent SET name = 'uno' WHERE id = 1 AND name = 'one'")));

        assertThat(instance.rows("SELECT name FROM parent")).containsExactly(row("uno"));
    }

    private MutateRequest insertOnce(String requestId) {
        return instance
                .mutateRequest(write("INSERT INTO parent(name) VALUES ('once') RETURNING id, name"))
                .toBuilder()
                .setRequestId(requestId)
                .build();
    }

    private Refusal refused(MutateRequest request) {
        return Refusal.of(() -> instance.client().database().mutate(request));
    }
}
