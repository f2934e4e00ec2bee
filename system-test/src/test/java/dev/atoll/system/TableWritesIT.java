package dev.atoll.system;

import static dev.atoll.system.harness.Tables.clear;
import static dev.atoll.system.harness.Tables.count;
import static dev.atoll.system.harness.Tables.get;
import static dev.atoll.system.harness.Tables.id;
import static dev.atoll.system.harness.Tables.increment;
import static dev.atoll.system.harness.Tables.insert;
import static dev.atoll.system.harness.Tables.json;
import static dev.atoll.system.harness.Tables.list;
import static dev.atoll.system.harness.Tables.update;
import static dev.atoll.system.harness.Tables.upsert;
import static dev.atoll.system.harness.TablesCluster.fresh;
import static dev.atoll.system.harness.TablesCluster.refused;
import static dev.atoll.system.harness.TablesCluster.user;
import static io.grpc.Status.Code.ALREADY_EXISTS;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.PERMISSION_DENIED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.proto.v1.Value;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.Tables;
import dev.atoll.system.harness.TestClient;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Typed writes through a router, by users under the rules of their table. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class TableWritesIT {
    private final TestClient alice = user("alice");
    private final TestClient bob = user("bob");
    private final InstanceHandle service = fresh("ws");
    private final InstanceHandle ofAlice = service.through(alice);
    private final InstanceHandle ofBob = service.through(bob);

    /** A row of Alice's with those fields beside the two that it needs. */
    private static WriteOperation row(Object... more) {
        var all =
                Stream.concat(Stream.of("title", "a row", "ownerId", "alice"), Stream.of(more))
                        .toArray();
        return insert("docs", all);
    }

    private String added(Object... more) {
        return id(ofAlice.run(row(more)));
    }

    private Map<String, Object> read(String id) {
        return Tables.rows(ofAlice.read(get("docs", id))).getFirst();
    }

    private Refusal invalid(WriteOperation operation) {
        return refused(ofAlice, operation).is(INVALID_ARGUMENT, "VALIDATION_FAILED");
    }

    @Test
    void namesEveryFieldThatIsWrong() {
        added();
        invalid(insert("docs")).saying("title", "required").with("field", "title");
        invalid(insert("docs", "title", "", "n", -1, "ownerId", "alice"))
                .saying("title", "n:")
                .with("fields", "title, n");
    }

    static Stream<Arguments> wrongValues() {
        return Stream.of(
                Arguments.of("title", ""),
                Arguments.of("title", "x".repeat(51)),
                Arguments.of("title", "a_b"),
                Arguments.of("kind", "z"),
                Arguments.of("n", -1),
                Arguments.of("n", 1_000_001),
                Arguments.of("n", 1.5),
                Arguments.of("n", "5"),
                Arguments.of("secret", 1),
                Arguments.of("at", "2026-11-21T12:00:00Z"),
                Arguments.of("at", 5),
                Arguments.of("meta", "{}"),
                Arguments.of("meta", json("{")),
                Arguments.of("slug", ByteString.copyFromUtf8("x")),
                Arguments.of("createdAt", Instant.EPOCH),
                Arguments.of("updatedAt", Instant.EPOCH));
    }

    @ParameterizedTest
    @MethodSource("wrongValues")
    void refusesAValueThatIsNotWhatIsDeclared(String field, Object value) {
        var id = added();
        var wrong =
                field.equals("title")
                        ? insert("docs", "title", value, "ownerId", "alice")
                        : row(field, value);
        invalid(wrong).with("field", field);
        invalid(update("docs", id, field, value)).with("field", field);
    }

    @Test
    void aTitleIsMeasuredInCodePoints() {
        // The pattern has no such letters: so it is the only thing that is wrong.
        var failure = invalid(insert("docs", "title", "𝔸".repeat(50), "ownerId", "alice"));
        assertThat(failure.message()).doesNotContain("50 (").doesNotContain("100");
        added("slug", "𝔸".repeat(60));
    }

    @Test
    void keepsMicrosecondsAndTypes() {
        var at = Instant.parse("2026-11-21T12:00:00.123456Z");
        var read = read(added("at", at, "secret", true, "n", 5, "meta", json("{\"a\":[1,null]}")));
        assertThat(read)
                .containsEntry("at", at)
                .containsEntry("secret", true)
                .containsEntry("n", 5L)
                .containsEntry("kind", "a")
                .containsEntry("slug", Sql.NULL)
                .containsEntry("meta", json("{\"a\":[1,null]}"));
        assertThat(read(added("meta", json("\"123\"")))).containsEntry("meta", json("\"123\""));
    }

    @Test
    void refusesAnUnknownFieldWithTheNearest() {
        invalid(row("tilte", "x")).saying("tilte", "did you mean 'title'").with("field", "tilte");
    }

    @Test
    void makesIdAndTimes() {
        var before = Instant.now().minusSeconds(60);
        var id = added();
        assertThat(UUID.fromString(id).version()).isEqualTo(7);
        var read = read(id);
        assertThat(read.get("createdAt")).isEqualTo(read.get("updatedAt"));
        assertThat(read.get("createdAt"))
                .isInstanceOfSatisfying(
                        Instant.class,
                        made ->
                                assertThat(made)
                                        .isBetween(before, Instant.now().plusSeconds(60))
                                        .isEqualTo(made.truncatedTo(ChronoUnit.MICROS)));
    }

    @Test
    void namesWhatIsThereAlready() {
        added("id", "taken", "slug", "taken-slug");
        refused(ofAlice, row("id", "taken"))
                .is(ALREADY_EXISTS, "UNIQUE_VIOLATION")
                .with("field", "id");
        refused(ofAlice, row("slug", "taken-slug"))
                .is(ALREADY_EXISTS, "UNIQUE_VIOLATION")
                .with("field", "slug");
        refused(ofAlice, row("parent", "nobody"))
                .is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION")
                .with("field", "parent");
        added("parent", "taken");
    }

    @Test
    void integersAreExact() {
        long large = (1L << 53) + 1;
        var row = id(service.run(insert("hidden", "big", large, "x", 7)));
        var read = Tables.rows(service.read(get("hidden", row))).getFirst();
        assertThat(read).containsEntry("big", large).containsEntry("x", 7.0);
    }

    @Test
    void aHiddenRowIsNotThereAndAForeignOneMayNotBeChanged() {
        var hidden = added("secret", true);
        var shown = added();
        for (var operation :
                new WriteOperation[] {
                    update("docs", hidden, "n", 1),
                    Tables.delete("docs", hidden),
                    update("docs", "no-such-id", "n", 1)
                }) {
            refused(ofBob, operation).is(NOT_FOUND, "ROW_NOT_FOUND");
        }
        refused(ofBob, update("docs", shown, "n", 1)).is(PERMISSION_DENIED, "RULE_DENIED");
        refused(ofBob, Tables.delete("docs", shown)).is(PERMISSION_DENIED, "RULE_DENIED");
        assertThat(read(shown)).containsEntry("n", Sql.NULL);
    }

    @Test
    void onlyAServiceHandsARowToSomebodyElse() {
        var id = added();
        refused(ofAlice, update("docs", id, "ownerId", "bob"))
                .is(PERMISSION_DENIED, "RULE_DENIED")
                .with("rule", "check");
        assertThat(read(id)).containsEntry("ownerId", "alice");
        service.run(update("docs", id, "ownerId", "bob"));
        assertThat(read(id)).containsEntry("ownerId", "bob");
    }

    @Test
    void increments() {
        var id = added();
        ofAlice.run(increment("docs", id, "n", 5));
        assertThat(read(id)).containsEntry("n", 5L);
        invalid(increment("docs", id, "n", 1_000_000)).with("field", "n");
        invalid(increment("docs", id, "n", Long.MAX_VALUE)).with("field", "n");
        invalid(increment("docs", id, "title", 1)).with("field", "title");
        assertThat(read(id)).containsEntry("n", 5L);
    }

    @Test
    void fiftyIncrementsAtOnceAreFifty() throws ExecutionException, InterruptedException {
        var id = added("n", 0);
        var replies =
                IntStream.range(0, 50)
                        .mapToObj(
                                _ ->
                                        alice.databaseAsync()
                                                .mutate(
                                                        ofAlice.mutateRequest(
                                                                increment("docs", id, "n", 1))))
                        .toList();
        for (var reply : replies) {
            assertThat(reply.get().getResults(0).getChanges()).isEqualTo(1);
        }
        assertThat(read(id)).containsEntry("n", 50L);
    }

    @Test
    void aRequiredFieldKeepsAValueAndAnEmptyPatchChangesNothing() {
        var id = added();
        var before = read(id);
        invalid(update("docs", id, "title", Sql.NULL)).with("field", "title");
        invalid(clear("docs", id, "title")).with("field", "title");
        assertThat(ofAlice.run(update("docs", id)).getChanges()).isZero();
        assertThat(read(id)).isEqualTo(before);
        ofAlice.run(update("docs", id, "n", 1));
        ofAlice.run(clear("docs", id, "n"));
        assertThat(read(id)).containsEntry("n", Sql.NULL);
    }

    @Test
    void upsertsOwnRowsAndNoOthers() {
        var id = added("slug", "up", "n", 7);
        var created = read(id).get("createdAt");
        refused(ofBob, upsert("docs", "slug", "slug", "up", "title", "mine", "ownerId", "bob"))
                .is(PERMISSION_DENIED, "RULE_DENIED");
        assertThat(read(id)).containsEntry("title", "a row");

        var changed = upsert("docs", "slug", "slug", "up", "title", "new");
        assertThat(id(ofAlice.run(changed))).isEqualTo(id);
        assertThat(read(id))
                .containsEntry("title", "new")
                .containsEntry("n", 7L)
                .containsEntry("createdAt", created);

        long rows = service.read(count("docs", "")).getCount();
        invalid(upsert("docs", "slug", "title", "x", "ownerId", "alice"));
        invalid(upsert("docs", "title", "title", "x", "ownerId", "alice"));
        invalid(upsert("docs", "nothing", "title", "x", "ownerId", "alice"));
        assertThat(service.read(count("docs", "")).getCount()).isEqualTo(rows);
        var other = upsert("docs", "id", "id", "fresh-one", "title", "x", "ownerId", "alice");
        assertThat(id(ofAlice.run(other))).isEqualTo("fresh-one");
    }

    @Test
    void aRequestIdMakesATypedMutateExactlyOnce() {
        var instance = fresh("ws").through(alice);
        var request =
                instance.mutateRequest(row("slug", "once")).toBuilder()
                        .setRequestId(dev.atoll.system.harness.RequestIds.now())
                        .build();
        var first = alice.database().mutate(request);
        var second = alice.database().mutate(request);
        assertThat(second.getReplayed()).isTrue();
        assertThat(second.getResultsList()).isEqualTo(first.getResultsList());
        assertThat(instance.read(count("docs", "")).getCount()).isEqualTo(1);
    }

    @Test
    void usersAreToldNoCosts() {
        var reply = ofAlice.mutate(row());
        assertThat(reply.hasStats()).isFalse();
        assertThat(alice.database().query(ofAlice.queryRequest(list("docs", ""))).hasStats())
                .isFalse();
        assertThat(service.mutate(row()).hasStats()).isTrue();
    }

    @Test
    void sqlAndTypedOperationsMixInOneMutate() {
        var mixed =
                service.mutate(
                        insert("docs", "id", "mixed", "title", "one"),
                        Sql.write(
                                "UPDATE docs SET n = n + 1, \"ownerId\" = 'alice' WHERE id = 'mixed'"),
                        Sql.write("UPDATE docs SET n = 41 WHERE id = 'mixed'"),
                        increment("docs", "mixed", "n", 1),
                        WriteOperation.newBuilder()
                                .setGet(get("docs", "mixed", "n").getGet())
                                .build());
        assertThat(mixed.getResults(4).getRows(0).getValues(0))
                .isEqualTo(Value.newBuilder().setInteger(42).build());
        Refusal.of(
                        () ->
                                service.mutate(
                                        insert("docs", "id", "undone", "title", "one"),
                                        Sql.write("INSERT INTO docs (id) VALUES ('undone')")))
                .with("operation", "1");
        assertThat(service.read(count("docs", "row.id == 'undone'")).getCount()).isZero();
    }
}
