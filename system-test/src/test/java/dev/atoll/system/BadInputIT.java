package dev.atoll.system;

import static dev.atoll.system.harness.Sql.read;
import static dev.atoll.system.harness.Sql.row;
import static dev.atoll.system.harness.Sql.write;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.InstanceKey;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.ListRows;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.system.harness.Burst;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.RawCall;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.SharedCluster;
import dev.atoll.system.harness.TestClient;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What bad input gets: a clear error with its reason, and nothing lost or half done. */
@ExtendWith(LogsOnFailure.class)
class BadInputIT {
    private static final int BURST = 20_000;
    private static final Duration BURST_MAX = Duration.ofSeconds(60);

    private final TestClient client = SharedCluster.client();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b",
                " a",
                "%2e%2e%2f",
                "..",
                "../../etc/passwd",
                "a/b\\c",
                "quote'\"`",
                "\uD83C\uDFDD",
                "e\u0301",
                "\u00e9",
                "Alice",
                "ALICE",
                "alice",
                "*",
                "?",
                "null",
                "-",
                "_",
                "\u202Eevil",
                "a=b;c",
                "\u00A0x"
            })
    void oddIdsNameInstancesOfTheirOwn(String id) {
        var instance = client.instance("odd", id);

        instance.having("CREATE TABLE t(a)");
        instance.mutate("INSERT INTO t VALUES (?)", id);

        assertThat(instance.rows("SELECT a FROM t")).containsExactly(row(id));
        assertThat(instance.describe().getKey()).isEqualTo(instance.key());
        instance.delete();
        instance.refusedQuery("SELECT 1").is(NOT_FOUND, "INSTANCE_NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\u3000", "a:b", ":", "a\0b", "a\nb", "\u007f", "\u0085"})
    void idsAgainstTheRulesAreRefused(String id) {
        var instance = client.instance("odd", id);

        instance.refusedMutate("CREATE TABLE t(a)").is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
        instance.refusedQuery("SELECT 1").is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
        Refusal.of(instance::create).is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "User", "1st", "a.b", "a b", "\u00e4", "-a", "a:b"})
    void namespacesAgainstTheRulesAreRefused(String namespace) {
        client.instance(namespace, "x")
                .refusedQuery("SELECT 1")
                .is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
    }

    @Test
    void longestKeyIsFineAndOneByteMoreIsNot() {
        var longest = client.instance("n".repeat(63), "\u00e9".repeat(128));
        longest.having("CREATE TABLE t(a)");
        assertThat(longest.rows("SELECT count(*) FROM t")).containsExactly(row(0));

        client.instance("n".repeat(64), "x")
                .refusedQuery("SELECT 1")
                .is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
        client.instance("n", "x".repeat(257))
                .refusedQuery("SELECT 1")
                .is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
    }

    @Test
    void missingKeyIsRefused() {
        Refusal.of(() -> RawCall.unary(client, DatabaseServiceGrpc.getQueryMethod(), new byte[0]))
                .is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
    }

    @Test
    void singleInstanceNamespaceNeedsNoId() {
        var single = client.instance("catalogue", "").having("CREATE TABLE IF NOT EXISTS t(a)");

        assertThat(single.rows("SELECT count(*) FROM t")).containsExactly(row(0));
        assertThat(single.describe().getKey()).isEqualTo(single.key());
    }

    @Test
    void bodyWithTwoKeysReachesNeither() throws IOException {
        var allowed = written();
        var victim = written();
        var cluster = SharedCluster.get();
        var token =
                cluster.issuer().service("narrow", "test:" + allowed.key().getId() + "=read,write");
        try (var narrow = new TestClient(cluster.router(0).port(), token)) {
            for (var body :
                    List.of(
                            twice(allowed.key(), victim.key(), allowed),
                            twice(
                                    allowed.key(),
                                    InstanceKey.newBuilder().setId(victim.key().getId()).build(),
                                    allowed),
                            twice(victim.key(), allowed.key(), allowed))) {
                var refusal =
                        Refusal.of(
                                () ->
                                        RawCall.unary(
                                                narrow,
                                                DatabaseServiceGrpc.getMutateMethod(),
                                                body));
                assertThat(refusal.reason())
                        .as(refusal.message())
                        .isIn("INSTANCE_KEY_INVALID", "SCOPE_DENIED");
            }
        }
        assertThat(victim.rows("SELECT a FROM t")).containsExactly(row(1));
        assertThat(allowed.rows("SELECT a FROM t")).containsExactly(row(1));
    }

    @Test
    void bodyThatIsNoMessageIsRefused() {
        MethodDescriptor<?, ?> method = DatabaseServiceGrpc.getQueryMethod();

        var refusal =
                Refusal.of(
                        () -> RawCall.unary(client, method, new byte[] {10, (byte) 0xff, 1, 2, 3}));

        refusal.is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
    }

    @Test
    void bodyThatIsCutOffBehindItsKeyIsRefusedWithItsReason() {
        var key = client.instance("test", "cut-off").key();
        var body =
                QueryRequest.newBuilder()
                        .setInstance(key)
                        .build()
                        .toByteString()
                        .concat(ByteString.copyFrom(new byte[] {0x12, 0x7f, 1}))
                        .toByteArray();
        for (var method :
                List.<MethodDescriptor<?, ?>>of(
                        DatabaseServiceGrpc.getQueryMethod(),
                        DatabaseServiceGrpc.getMutateMethod(),
                        InstanceServiceGrpc.getDescribeInstanceMethod())) {
            Refusal.of(() -> RawCall.unary(client, method, body))
                    .is(INVALID_ARGUMENT, "VALIDATION_FAILED");
        }
        Refusal.of(
                        () ->
                                RawCall.unary(
                                        client,
                                        InstanceServiceGrpc.getListInstancesMethod(),
                                        new byte[] {0x0a, 0x7f, 1}))
                .is(INVALID_ARGUMENT, "VALIDATION_FAILED");
    }

    @Test
    void messageThatIsTooLargeIsRefusedAndTheConnectionLives() {
        var instance = written();
        var huge = ByteString.copyFrom(new byte[80 << 20]);

        var refusal = instance.refusedMutate("INSERT INTO t VALUES (?)", huge);

        // gRPC refuses it before any of our code sees the call, so there is no reason of ours.
        assertThat(refusal.code()).isEqualTo(RESOURCE_EXHAUSTED);
        refusal.saying("exceeds maximum size");
        assertThat(instance.rows("SELECT a FROM t")).containsExactly(row(1));
    }

    @Test
    void operationsOutsideTheirLimitsAreRefused() {
        var instance = written();

        Refusal.of(() -> client.database().query(instance.queryRequest()))
                .is(INVALID_ARGUMENT, "VALIDATION_FAILED");
        Refusal.of(
                        () ->
                                client.database()
                                        .query(
                                                instance.queryRequest(
                                                        ReadOperation.getDefaultInstance())))
                .is(INVALID_ARGUMENT, "VALIDATION_FAILED");
        var tooMany = instance.queryRequest().toBuilder();
        for (int i = 0; i < 10_001; i++) {
            tooMany.addOperations(read("SELECT 1"));
        }
        Refusal.of(() -> client.database().query(tooMany.build()))
                .is(INVALID_ARGUMENT, "LIMIT_EXCEEDED");
    }

    @Test
    void whereNothingIsDeclaredThereIsNoTable() {
        var list = ReadOperation.newBuilder().setList(ListRows.newBuilder().setTable("t")).build();

        Refusal.of(() -> client.database().query(written().queryRequest(list)))
                .is(NOT_FOUND, "TABLE_NOT_FOUND");
    }

    @Test
    void bookmarkOfAnotherInstanceOrTimeIsRefused() {
        var instance = written();
        var other = written();
        for (var bookmark :
                List.of(
                        "x",
                        other.describe().getBookmark(),
                        instance.describe().getBookmark().replaceAll(".$", "f"))) {
            var request =
                    instance.queryRequest(read("SELECT 1")).toBuilder()
                            .setMinBookmark(bookmark)
                            .build();

            Refusal.of(() -> client.database().query(request))
                    .is(INVALID_ARGUMENT, "BOOKMARK_INVALID");
        }
    }

    @Test
    void corruptFileQuarantinesItsInstanceOnly() throws IOException {
        var broken = written();
        var healthy = written();
        var cluster = SharedCluster.get();
        var incarnation = String.format(Locale.ROOT, "%016x", broken.describe().getIncarnation());
        cluster.node(0).terminate();
        var file = find(cluster.dataFolder(0), incarnation + ".sqlite");
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.write(new byte[512]);
        }
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-wal"));
        cluster.node(0).start().awaitReady();

        assertThat(healthy.rows("SELECT a FROM t")).containsExactly(row(1));
        broken.refusedQuery("SELECT a FROM t")
                .is(FAILED_PRECONDITION, "INSTANCE_QUARANTINED")
                .saying(file.getFileName().toString());
        broken.refusedMutate("INSERT INTO t VALUES (2)")
                .is(FAILED_PRECONDITION, "INSTANCE_QUARANTINED");
        assertThat(healthy.rows("SELECT a FROM t")).containsExactly(row(1));
        broken.delete();
    }

    @Test
    void burstOfCallsIsServedOrOverloadedAndNothingElse() {
        var instance = written();
        var others = List.of(written(), written(), instance);

        var outcome =
                Burst.of(
                        BURST,
                        BURST_MAX,
                        i -> {
                            var target = others.get(i % others.size());
                            return client.databaseAsync()
                                    .mutate(
                                            target.mutateRequest(
                                                    write("INSERT INTO t VALUES (" + i + ")")));
                        });

        assertThat(outcome.keySet()).isSubsetOf("OK", "RESOURCE_EXHAUSTED OVERLOADED");
        assertThat(outcome.get("OK")).isPositive();
        long stored =
                others.stream()
                        .mapToLong(
                                other ->
                                        (Long)
                                                other.rows("SELECT count(*) - 1 FROM t")
                                                        .get(0)
                                                        .get(0))
                        .sum();
        assertThat(stored).isEqualTo(outcome.getOrDefault("OK", 0).longValue());
        assertThat(SharedCluster.get().node(0).isAlive()).isTrue();
    }

    private InstanceHandle written() {
        return client.fresh().having("CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
    }

    /** A body whose field 1, the key, occurs twice, with a deletion as its operation. */
    private static byte[] twice(InstanceKey first, InstanceKey second, InstanceHandle any)
            throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = CodedOutputStream.newInstance(bytes);
        out.writeMessage(1, first);
        out.writeMessage(1, second);
        any.mutateRequest(write("DELETE FROM t")).toBuilder().clearInstance().build().writeTo(out);
        out.flush();
        return bytes.toByteArray();
    }

    private static Path find(Path folder, String name) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().equals(name))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
