package dev.atoll.node;

import static dev.atoll.node.TestNode.failure;
import static dev.atoll.node.TestNode.mutation;
import static dev.atoll.node.TestNode.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.atoll.proto.v1.CreateInstanceRequest;
import dev.atoll.proto.v1.DeleteInstanceRequest;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceState;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.proto.v1.QueryStreamResponse;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of instances, through the node's own door. */
class StorageNodeTest {
    private static final String KEY = "user:alice";

    @TempDir private Path data;

    @Test
    void keepsWhatWasWrittenOverARestart() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (1), (2)");
        }
        try (var node = TestNode.start(data)) {
            assertThat(node.integer(KEY, "SELECT sum(a) FROM t")).isEqualTo(3);
        }
    }

    @Test
    void doesNotStartWithoutTheDeclarationsThatItHad() throws IOException {
        var config = data.resolve("config");
        var properties = data.resolve("node.properties");
        var yaml = "databases: { ws: {} }\n";
        // Never declared: nothing is missed.
        TestNode.start(data).close();
        try (var node = TestNode.start(data)) {
            node.apply(yaml);
        }
        assertThat(Files.readAllLines(properties)).contains("declared=true");
        // A folder of an earlier version of Atoll gets its note at the start.
        unnote(properties);
        TestNode.start(data).close();
        assertThat(Files.readAllLines(properties)).contains("declared=true");

        var aside = Files.move(config, data.resolve("aside"));
        assertThatIOException()
                .isThrownBy(() -> TestNode.start(data))
                .withMessageStartingWith(config + ": no current version, and there was one")
                .withMessageContainingAll("--config FILE", "declared=true in " + properties);
        Files.move(aside, config);
        TestNode.start(data).close();

        Files.move(config, aside);
        unnote(properties);
        try (var node = TestNode.start(data)) {
            node.apply(yaml);
        }
        assertThat(config.resolve("current")).exists();
    }

    private static void unnote(Path properties) throws IOException {
        var text = Files.readString(properties);
        Files.writeString(properties, text.replace("declared=true\n", ""));
    }

    @Test
    void aMutateThatChangesNoPageGivesABookmarkThatExists() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (1), (2)");
            // Counts two rows, and finds each as it should be.
            var response = node.mutate(KEY, "UPDATE t SET a = a");
            assertThat(response.getResults(0).getChanges()).isEqualTo(2);
            assertThat(response.getBookmark()).isEqualTo(node.query(KEY, "SELECT 1").getBookmark());
        }
    }

    @Test
    void readingNeverCreates() throws IOException {
        try (var node = TestNode.start(data)) {
            assertThat(failure(() -> node.query(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);
            assertThat(failure(() -> describe(node, KEY)).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);
            assertThat(files(".sqlite")).isEmpty();
        }
    }

    @Test
    void aMutateThatCreatesAndFailsLeavesNothing() throws IOException {
        try (var node = TestNode.start(data)) {
            assertThat(
                            failure(
                                    () ->
                                            node.mutate(
                                                    KEY,
                                                    "CREATE TABLE t(a)",
                                                    "INSERT INTO x VALUES (1)")))
                    .satisfies(
                            failure -> {
                                assertThat(failure.reason()).isEqualTo(Reason.SQL_ERROR);
                                assertThat(failure.details()).containsEntry("operation", "1");
                            });
            assertThat(files("")).noneMatch(file -> file.toString().contains("sqlite"));
            assertThat(failure(() -> node.query(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);
        }
    }

    @Test
    void aDeletedInstanceIsGoneAndItsKeyStartsAnew() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            var first = describe(node, KEY);
            delete(node, KEY);
            assertThat(files(".sqlite")).isEmpty();
            assertThat(failure(() -> delete(node, KEY)).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);

            var second = node.instances(KEY).createInstance(create(KEY));
            assertThat(second.getIncarnation()).isGreaterThan(first.getIncarnation());
            assertThat(failure(() -> node.query(KEY, "SELECT * FROM t")).reason())
                    .isEqualTo(Reason.SQL_ERROR);
            assertThat(failure(() -> node.instances(KEY).createInstance(create(KEY))).reason())
                    .isEqualTo(Reason.INSTANCE_EXISTS);
        }
    }

    @Test
    void putsTheLeastRecentlyUsedToSleepAndWakesIt() throws IOException {
        try (var node = TestNode.start(data, Map.of("open-instances-max", "2"))) {
            for (int i = 0; i < 5; i++) {
                node.mutate("user:" + i, "CREATE TABLE t(a)", "INSERT INTO t VALUES (" + i + ")");
            }
            assertThat(describe(node, "user:0").getState())
                    .isEqualTo(InstanceState.INSTANCE_STATE_SLEEPING);
            assertThat(describe(node, "user:4").getState())
                    .isEqualTo(InstanceState.INSTANCE_STATE_OPEN);
            assertThat(describe(node, "user:0").getBookmark()).isNotEmpty();
            for (int i = 0; i < 5; i++) {
                assertThat(node.integer("user:" + i, "SELECT a FROM t")).isEqualTo(i);
            }
            assertThat(node.registry().get("atoll.node.instances.open").gauge().value())
                    .isEqualTo(2);
            assertThat(node.registry().get("atoll.node.instances.known").gauge().value())
                    .isEqualTo(5);
        }
    }

    @Test
    void keepsNoLaneOfInstancesThatAreNotOpen() throws IOException {
        try (var node = TestNode.start(data, Map.of("open-instances-max", "3"))) {
            for (int i = 0; i < 20; i++) {
                var key = "user:" + i;
                node.mutate(key, "CREATE TABLE t(a)");
                assertThat(failure(() -> node.query(key + "-missing", "SELECT 1")).reason())
                        .isEqualTo(Reason.INSTANCE_NOT_FOUND);
            }
            var lanes = node.registry().get("atoll.node.lanes").gauge();
            var deadline = Instant.now().plusSeconds(10);
            // The last lanes end a moment after their replies.
            while (lanes.value() > 3 && Instant.now().isBefore(deadline)) {
                Thread.onSpinWait();
            }
            assertThat(lanes.value()).isEqualTo(3);
        }
    }

    @Test
    void listsByNamespaceAndPrefixInKeyOrderPageByPage() throws IOException {
        try (var node = TestNode.start(data)) {
            for (var key : List.of("user:b", "user", "user-x:a", "user:a1", "user:a2", "users:a")) {
                node.instances(key).createInstance(create(key));
            }
            assertThat(list(node, "user", ""))
                    .containsExactly("user", "user:a1", "user:a2", "user:b");
            assertThat(list(node, "user", "a")).containsExactly("user:a1", "user:a2");
            assertThat(list(node, "none", "")).isEmpty();
        }
    }

    @Test
    void quarantinesADamagedInstanceAndLivesOn() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
        }
        var file = files(".sqlite").getFirst();
        Files.write(
                file,
                "garbage, not a database".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                StandardOpenOption.WRITE);

        try (var node = TestNode.start(data)) {
            var failure = failure(() -> node.query(KEY, "SELECT 1"));
            assertThat(failure.reason()).isEqualTo(Reason.INSTANCE_QUARANTINED);
            assertThat(failure.message()).contains(file.getFileName().toString());
            assertThat(failure(() -> node.mutate(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
            assertThat(describe(node, KEY).getState())
                    .isEqualTo(InstanceState.INSTANCE_STATE_QUARANTINED);
            node.mutate("user:bob", "CREATE TABLE t(a)");
            assertThat(node.integer("user:bob", "SELECT count(*) FROM t")).isZero();
        }
    }

    @Test
    void rebuildsTheCatalogueFromTheInstancesThemselves() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate("user:a", "CREATE TABLE t(a)", "INSERT INTO t VALUES (7)");
            node.mutate("user:b", "CREATE TABLE t(a)");
            delete(node, "user:b");
        }
        for (var file : files("catalog.sqlite")) {
            Files.write(file, new byte[] {1, 2, 3});
        }
        try (var node = TestNode.start(data)) {
            assertThat(list(node, "user", "")).containsExactly("user:a");
            assertThat(node.integer("user:a", "SELECT a FROM t")).isEqualTo(7);
        }
    }

    @Test
    void refusesADataFolderThatIsUsedNewerOrAnotherClusters() throws IOException {
        try (var node = TestNode.start(data)) {
            assertThat(node.node().missing()).isEmpty();
            assertThatIOException()
                    .isThrownBy(() -> TestNode.start(data))
                    .withMessageContaining("used by another process");
        }
        assertThatIOException()
                .isThrownBy(() -> TestNode.start(data, Map.of("shards", "7")))
                .withMessageContaining("shards: '1024' (expected: '7')");
        var properties = data.resolve("node.properties");
        Files.writeString(properties, Files.readString(properties).replace("format=3", "format=4"));
        assertThatIOException()
                .isThrownBy(() -> TestNode.start(data))
                .withMessageContaining("format: '4' (expected: at most 3; a newer version");
        Files.delete(properties);
        assertThatIOException()
                .isThrownBy(() -> TestNode.start(data))
                .withMessageContaining("node.properties: missing beside a catalogue");
    }

    @Test
    void leavesADamagedFileAsItIsWhileTheCatalogueIsRebuilt() throws IOException {
        Path file;
        try (var node = TestNode.start(data)) {
            node.mutate("user:alice", "CREATE TABLE t(a)");
            file = files(".sqlite").getFirst();
        }
        Files.delete(data.resolve("catalog.sqlite"));
        Files.write(file, new byte[0]);

        try (var node = TestNode.start(data)) {
            assertThat(TestNode.failure(() -> node.query("user:alice", "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
        }
        assertThat(file).isEmptyFile();
    }

    @Test
    void streamsTheColumnsThenTheRowsThenTheEnd() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            var sql =
                    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 50000)"
                            + " SELECT x FROM c";
            var parts = new ArrayList<QueryStreamResponse.PartCase>();
            long rows = 0;
            var stream = node.database(KEY).queryStream(reading(KEY, sql));
            while (stream.hasNext()) {
                var part = stream.next();
                parts.add(part.getPartCase());
                rows += part.getRows().getRowsCount();
            }
            assertThat(rows).isEqualTo(50_000);
            assertThat(parts.getFirst()).isEqualTo(QueryStreamResponse.PartCase.COLUMNS);
            assertThat(parts.getLast()).isEqualTo(QueryStreamResponse.PartCase.END);
            assertThat(parts.size()).isGreaterThan(3);
        }
    }

    @Test
    void refusesABodyWhoseKeyIsNotTheAuthorisedOne() throws IOException {
        try (var node = TestNode.start(data)) {
            assertThat(
                            failure(
                                            () ->
                                                    node.database("user:alice")
                                                            .mutate(
                                                                    mutation("user:bob", "SELECT 1")
                                                                            .build()))
                                    .reason())
                    .isEqualTo(Reason.INSTANCE_KEY_INVALID);
        }
    }

    @Test
    void aListingNamesTheShardsThatTheRouterExpectedOfThisNodeInVain() throws IOException {
        try (var node = TestNode.start(data)) {
            node.instances("user:a").createInstance(create("user:a"));
            var expected = new BitSet();
            expected.set(3);
            expected.set(7_000);
            var headers = new Metadata();
            headers.put(CallMetadata.LISTED_SHARDS, expected.toByteArray());

            var page =
                    node.instances("user")
                            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                            .listInstances(TestNode.listing("user"));

            assertThat(page.getUnavailableShardsList()).containsExactly(7_000);
            assertThat(page.getInstancesList()).hasSize(1);
        }
    }

    private static CreateInstanceRequest create(String key) {
        return CreateInstanceRequest.newBuilder()
                .setInstance(InstanceKey.parse(key).toProto())
                .build();
    }

    private static Instance describe(TestNode node, String key) {
        return node.instances(key)
                .describeInstance(
                        DescribeInstanceRequest.newBuilder()
                                .setInstance(InstanceKey.parse(key).toProto())
                                .build());
    }

    private static void delete(TestNode node, String key) {
        var reply =
                node.instances(key)
                        .deleteInstance(
                                DeleteInstanceRequest.newBuilder()
                                        .setInstance(InstanceKey.parse(key).toProto())
                                        .build());
        assertThat(reply.isInitialized()).isTrue();
    }

    private static List<String> list(TestNode node, String namespace, String prefix) {
        var keys = new ArrayList<String>();
        var token = "";
        do {
            var page =
                    node.instances(namespace)
                            .listInstances(
                                    ListInstancesRequest.newBuilder()
                                            .setNamespace(namespace)
                                            .setIdPrefix(prefix)
                                            .setPageSize(2)
                                            .setPageToken(token)
                                            .build());
            page.getInstancesList()
                    .forEach(instance -> keys.add(InstanceKey.of(instance.getKey()).toString()));
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return keys;
    }

    private List<Path> files(String suffix) {
        try (Stream<Path> files =
                Files.walk(suffix.equals("catalog.sqlite") ? data : data.resolve("instances"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(suffix))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
