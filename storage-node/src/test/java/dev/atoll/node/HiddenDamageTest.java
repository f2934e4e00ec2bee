package dev.atoll.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.CountRows;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.InsertRow;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.Value;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That an instance is damaged tells that it is there: only those may know whom it lets in. */
class HiddenDamageTest {
    private static final Caller ALICE = new Caller(Caller.Kind.USER, "test", "alice");
    private static final Caller BOB = new Caller(Caller.Kind.USER, "test", "bob");
    private static final String YAML =
            """
            databases:
              user:
                dynamic: true
                access: { create: instance.id == auth.id, access: instance.id == auth.id }
                tables:
                  t: { fields: { a: { type: text } }, access: { read: true, insert: true } }
              team:
                dynamic: true
                access: { access: "tables.t.exists(m, m.a == auth.id)" }
                tables:
                  t: { fields: { a: { type: text } }, access: { read: true, insert: true } }
            """;

    @TempDir Path data;

    @Test
    void isToldToThoseWhoMayKnow() throws Exception {
        try (var node = TestNode.start(data)) {
            node.apply(YAML);
            for (var key : List.of("user:alice", "team:red")) {
                insert(node, TestNode.service(), key);
            }
            assertThat(count(node, ALICE, "user:alice")).isEqualTo(1);
            assertThat(count(node, ALICE, "team:red")).isEqualTo(1);
        }
        damage();
        try (var node = TestNode.start(data)) {
            for (var key : List.of("user:alice", "team:red")) {
                assertThat(refused(() -> count(node, TestNode.service(), key)).message())
                        .contains(".sqlite");
            }
            var own = refused(() -> count(node, ALICE, "user:alice"));
            assertThat(own.reason()).isEqualTo(Reason.INSTANCE_QUARANTINED);
            assertThat(own.message()).doesNotContain(".sqlite").doesNotContain(data.toString());
            assertThat(own.details()).doesNotContainKey("file");

            // Nobody can tell any more who is a member.
            for (var caller : List.of(ALICE, BOB)) {
                assertAlike(node, caller, "team:red", "team:new");
            }
            assertAlike(node, BOB, "user:alice", "user:carol");
        }
    }

    private static void assertAlike(TestNode node, Caller caller, String key, String missing) {
        var read = refused(() -> count(node, caller, key));
        assertThat(read.reason()).isEqualTo(Reason.INSTANCE_NOT_FOUND);
        assertThat(read.message())
                .isEqualTo(
                        refused(() -> count(node, caller, missing))
                                .message()
                                .replace(missing, key));
        var write = refused(() -> insert(node, caller, key));
        assertThat(write.reason()).isEqualTo(Reason.CREATE_DENIED);
        assertThat(write.message())
                .isEqualTo(
                        refused(() -> insert(node, caller, missing))
                                .message()
                                .replace(missing, key));
    }

    private void damage() throws IOException {
        try (var files = Files.walk(data.resolve("instances"))) {
            for (var file : files.filter(path -> path.toString().endsWith(".sqlite")).toList()) {
                Files.writeString(file, "garbage, not a database");
            }
        }
    }

    private static Failure refused(Runnable call) {
        return TestNode.failure(call::run);
    }

    private static DatabaseServiceGrpc.DatabaseServiceBlockingStub as(
            TestNode node, Caller caller, String key) {
        return TestNode.as(caller, key, DatabaseServiceGrpc.newBlockingStub(node.channel()));
    }

    private static long count(TestNode node, Caller caller, String key) {
        return as(node, caller, key)
                .query(
                        QueryRequest.newBuilder()
                                .setInstance(InstanceKey.parse(key).toProto())
                                .addOperations(
                                        ReadOperation.newBuilder()
                                                .setCount(CountRows.newBuilder().setTable("t")))
                                .build())
                .getResults(0)
                .getCount();
    }

    private static void insert(TestNode node, Caller caller, String key) {
        var _ =
                as(node, caller, key)
                        .mutate(
                                MutateRequest.newBuilder()
                                        .setInstance(InstanceKey.parse(key).toProto())
                                        .addOperations(
                                                WriteOperation.newBuilder()
                                                        .setInsert(
                                                                InsertRow.newBuilder()
                                                                        .setTable("t")
                                                                        .putFields(
                                                                                "a",
                                                                                Value.newBuilder()
                                                                                        .setText(
                                                                                                "alice")
                                                                                        .build())))
                                        .build());
    }
}
