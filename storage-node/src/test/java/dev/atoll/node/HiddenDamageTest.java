package dev.atoll.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
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
            assertThat(node.count(ALICE, "user:alice", "t")).isEqualTo(1);
            assertThat(node.count(ALICE, "team:red", "t")).isEqualTo(1);
        }
        damage();
        try (var node = TestNode.start(data)) {
            for (var key : List.of("user:alice", "team:red")) {
                assertThat(refused(() -> node.count(TestNode.service(), key, "t")).message())
                        .contains(".sqlite");
            }
            var own = refused(() -> node.count(ALICE, "user:alice", "t"));
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
        var read = refused(() -> node.count(caller, key, "t"));
        assertThat(read.reason()).isEqualTo(Reason.INSTANCE_NOT_FOUND);
        assertThat(read.message())
                .isEqualTo(
                        refused(() -> node.count(caller, missing, "t"))
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

    private static void insert(TestNode node, Caller caller, String key) {
        var _ = node.mutate(caller, key, TestNode.insertion("t", "a", "alice"));
    }
}
