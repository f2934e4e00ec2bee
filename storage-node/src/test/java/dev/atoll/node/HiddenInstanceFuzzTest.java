package dev.atoll.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import dev.atoll.node.rules.CelOracle;
import dev.atoll.proto.v1.CountRows;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.DeleteRow;
import dev.atoll.proto.v1.GetRow;
import dev.atoll.proto.v1.InsertRow;
import dev.atoll.proto.v1.ListRows;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.Value;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An instance that does not let a user in answers him as a missing one does: random {@code access}
 * and {@code create} rules, users and members. More namespaces with {@code -Datoll.rounds}, the
 * same ones again with {@code -Datoll.seed}.
 *
 * <p>Each user asks an instance before there is one, and again when there is; CEL's own evaluation
 * says whom the rules let in. Left out is what is visible in spite of rules: those whom {@code
 * create} allows do not write.
 */
class HiddenInstanceFuzzTest {
    private static final int NAMESPACES = Integer.getInteger("atoll.rounds", 40);

    private static final List<String> OF_CALLER =
            List.of(
                    "true",
                    "false",
                    "auth != null",
                    "auth.id == 'alice'",
                    "auth.id == instance.id",
                    "instance.id.startsWith('al')",
                    "instance.namespace == 'ns0'",
                    "auth.role == 'admin'",
                    "auth.custom.plan == 'pro'",
                    "auth.custom.level > 2",
                    "'t1' in auth.custom.teams",
                    "auth.id.matches('^a')");

    private static final List<String> OF_TABLES =
            List.of(
                    "tables.members.exists(m, m.userId == auth.id)",
                    "tables.members.exists(m, m.userId == auth.id && m.level > 2)",
                    "tables.members.all(m, m.level < 4)",
                    "tables.members.exists(m, m.id == instance.id)",
                    "tables.members.all(m, m.userId != auth.id)");

    private static final List<Caller> USERS =
            List.of(
                    user(
                            "alice",
                            "{\"role\":\"admin\",\"custom\":{\"plan\":\"pro\",\"teams\":[\"t1\"]}}"),
                    user("bob", "{\"custom\":{\"level\":3,\"teams\":[\"t2\"]}}"),
                    user("carol", ""),
                    Caller.NOBODY);

    private static final List<String> IDS = List.of("alice", "acme");

    @TempDir private Path data;

    private final CelOracle cel = new CelOracle();
    private final Gson gson = new Gson();
    private final Map<String, Integer> seen = new HashMap<>();

    private static Caller user(String name, String claims) {
        return new Caller(Caller.Kind.USER, "test", name, claims);
    }

    /** The rules of a namespace. */
    private record Rules(String create, String access) {}

    @Test
    void nothingTellsOfInstancesThatLetNobodyIn() throws IOException {
        long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
        System.out.println("seed " + seed);
        var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var rules = new ArrayList<Rules>();
        var yaml = new StringBuilder("databases:\n");
        for (int i = 0; i < NAMESPACES; i++) {
            var of =
                    new Rules(
                            rule(random, OF_CALLER, random.nextInt(3)),
                            rule(random, both(), random.nextInt(4)));
            rules.add(of);
            yaml.append("  ns%d:\n    dynamic: true\n    anonymous: true\n".formatted(i))
                    .append(
                            "    access: { create: \"%s\", access: \"%s\" }\n"
                                    .formatted(of.create, of.access))
                    .append(
                            """
                                tables:
                                  members:
                                    fields: { userId: { type: text, required: true }, level: { type: integer, required: true } }
                                    access: { read: true, insert: true, delete: true }
                            """);
        }
        try (var node = TestNode.start(data)) {
            node.apply(yaml.toString());
            for (int i = 0; i < NAMESPACES; i++) {
                for (var id : IDS) {
                    tryInstance(node, "ns" + i + ":" + id, rules.get(i), random);
                }
            }
        }
        System.out.println(seen);
        assertThat(seen).containsKeys("hidden", "shown");
    }

    private void tryInstance(TestNode node, String key, Rules rules, RandomGenerator random) {
        var before = new HashMap<Caller, List<String>>();
        for (var caller : USERS) {
            boolean mayCreate = allows(rules.create, caller, key, List.of());
            before.put(caller, answers(node, caller, key, !mayCreate));
        }
        assertThat(answer(() -> node.query(key, "SELECT 1")))
                .as(key)
                .startsWith(Reason.INSTANCE_NOT_FOUND.name());
        var members = members(random);
        create(node, key, members);
        for (var caller : USERS) {
            boolean mayCreate = allows(rules.create, caller, key, List.of());
            boolean shown = allows(rules.access, caller, key, members);
            var described = key + " " + rules + " " + caller + " " + members;
            if (shown) {
                assertThat(answers(node, caller, key, false))
                        .as(described)
                        .doesNotContainAnyElementsOf(before.get(caller));
            } else {
                assertThat(answers(node, caller, key, !mayCreate))
                        .as(described)
                        .isEqualTo(before.get(caller));
            }
            seen.merge(shown ? "shown" : "hidden", 1, Integer::sum);
        }
    }

    private static List<String> both() {
        var both = new ArrayList<>(OF_CALLER);
        both.addAll(OF_TABLES);
        return both;
    }

    private static String rule(RandomGenerator random, List<String> parts, int depth) {
        if (depth == 0) {
            return parts.get(random.nextInt(parts.size()));
        }
        var one = rule(random, parts, depth - 1);
        var other = rule(random, parts, depth - 1);
        return switch (random.nextInt(5)) {
            case 0 -> "!(" + one + ")";
            case 1 -> "(" + one + " ? " + other + " : " + rule(random, parts, 0) + ")";
            case 2 -> "(" + one + " && " + other + ")";
            default -> "(" + one + " || " + other + ")";
        };
    }

    /** A few users, each with an id that an instance may have. */
    private static List<Map<String, Object>> members(RandomGenerator random) {
        var members = new ArrayList<Map<String, Object>>();
        for (var name : List.of("alice", "bob", "acme")) {
            if (random.nextInt(3) == 0) {
                members.add(
                        Map.of(
                                "id",
                                random.nextBoolean() ? name : "m-" + name,
                                "userId",
                                name,
                                "level",
                                (long) random.nextInt(6)));
            }
        }
        return members;
    }

    private static void create(TestNode node, String key, List<Map<String, Object>> members) {
        var all = new ArrayList<String>();
        all.add("CREATE TABLE own(a)");
        members.forEach(
                member ->
                        all.add(
                                "INSERT INTO members(id, createdAt, updatedAt, userId, level) VALUES"
                                        + " ('%s', 0, 0, '%s', %s)"
                                                .formatted(
                                                        member.get("id"),
                                                        member.get("userId"),
                                                        member.get("level"))));
        node.mutate(key, all.toArray(String[]::new));
    }

    /** As CEL itself has it; what is an error is no yes. */
    private boolean allows(
            String rule, Caller caller, String key, List<Map<String, Object>> members) {
        var instance = InstanceKey.parse(key);
        var variables = new HashMap<String, Object>();
        variables.put("auth", auth(caller));
        variables.put("instance", Map.of("namespace", instance.namespace(), "id", instance.id()));
        variables.put("tables", Map.of("members", members));
        return cel.question(rule).ask(variables) == 'Y';
    }

    private Object auth(Caller caller) {
        if (caller.kind() == Caller.Kind.ANONYMOUS) {
            return com.google.protobuf.NullValue.NULL_VALUE;
        }
        var auth = new HashMap<String, Object>();
        auth.put("custom", Map.of());
        if (!caller.claims().isEmpty()) {
            Map<?, ?> claims = gson.fromJson(caller.claims(), Map.class);
            claims.forEach((name, claim) -> auth.put(String.valueOf(name), claim));
        }
        auth.put("id", caller.subject());
        return auth;
    }

    /** What somebody is told, whatever he asks. */
    private static List<String> answers(TestNode node, Caller caller, String key, boolean writes) {
        var stub = TestNode.as(caller, key, DatabaseServiceGrpc.newBlockingStub(node.channel()));
        var instance = InstanceKey.parse(key).toProto();
        var answers = new ArrayList<String>();
        for (var operation : READS) {
            answers.add(
                    answer(
                            () ->
                                    stub.query(
                                            QueryRequest.newBuilder()
                                                    .setInstance(instance)
                                                    .addOperations(operation)
                                                    .build())));
        }
        for (var operation : writes ? WRITES : List.<WriteOperation>of()) {
            answers.add(
                    answer(
                            () ->
                                    stub.mutate(
                                            MutateRequest.newBuilder()
                                                    .setInstance(instance)
                                                    .addOperations(operation)
                                                    .build())));
        }
        return answers;
    }

    private static final List<ReadOperation> READS =
            List.of(
                    ReadOperation.newBuilder()
                            .setList(ListRows.newBuilder().setTable("members"))
                            .build(),
                    ReadOperation.newBuilder()
                            .setCount(CountRows.newBuilder().setTable("members"))
                            .build(),
                    ReadOperation.newBuilder()
                            .setCount(CountRows.newBuilder().setTable("members").setFilter("row.x"))
                            .build(),
                    ReadOperation.newBuilder()
                            .setGet(GetRow.newBuilder().setTable("members").setId("alice"))
                            .build(),
                    ReadOperation.newBuilder()
                            .setList(ListRows.newBuilder().setTable("nothing"))
                            .build());

    private static final List<WriteOperation> WRITES =
            List.of(
                    WriteOperation.newBuilder()
                            .setInsert(
                                    InsertRow.newBuilder()
                                            .setTable("members")
                                            .putFields(
                                                    "userId",
                                                    Value.newBuilder().setText("x").build())
                                            .putFields(
                                                    "level",
                                                    Value.newBuilder().setInteger(1).build()))
                            .build(),
                    WriteOperation.newBuilder()
                            .setInsert(InsertRow.newBuilder().setTable("members"))
                            .build(),
                    WriteOperation.newBuilder()
                            .setDelete(DeleteRow.newBuilder().setTable("members").setId("alice"))
                            .build(),
                    WriteOperation.newBuilder()
                            .setDelete(DeleteRow.newBuilder().setTable("nothing").setId("alice"))
                            .build());

    private interface Asked {
        Object reply();
    }

    /** Everything that a caller sees of it. */
    private static String answer(Asked asked) {
        try {
            return "OK " + asked.reply();
        } catch (StatusRuntimeException e) {
            Failure failure =
                    FailureStatus.find(e.getStatus(), e.getTrailers())
                            .orElseThrow(() -> new AssertionError("a bare status", e));
            return failure.reason() + " " + failure.message() + " " + failure.details();
        }
    }
}
