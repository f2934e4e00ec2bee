package dev.atoll.node;

import static dev.atoll.node.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.GetMigrationStatusRequest;
import dev.atoll.proto.v1.GetMigrationStatusResponse;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceState;
import dev.atoll.proto.v1.PauseMigrationRequest;
import dev.atoll.proto.v1.ResumeMigrationRequest;
import dev.atoll.wire.InstanceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of instances that nobody calls when another file is applied. */
class MigrationTest {
    private static final String FIRST =
            "t: { fields: { a: { type: text }, n: { type: integer } } }";
    private static final String UNIQUE = FIRST.replace("type: text", "type: text, unique: true");
    private static final String ONE_MORE =
            ", migrations: [ { name: m, sql: [UPDATE t SET n = n + 1] } ]";

    @TempDir private Path data;
    @TempDir private Path copies;

    @Test
    void thoseThatSleepAreBroughtToTheDeclaredSchemaAndSleepOn() throws IOException {
        var keys = keys(300);
        begin(keys);
        try (var node = fast(data)) {
            node.apply(file(FIRST, ONE_MORE));
            eventually(() -> isDone(node, 2));

            assertThat(status(node).getInstancesByVersionMap()).isEqualTo(Map.of(2L, 300L));
            assertThat(open(node)).isZero();
            var shown = describe(node, keys.getFirst());
            assertThat(shown.getSchemaVersion()).isEqualTo(2);
            assertThat(shown.getState()).isEqualTo(InstanceState.INSTANCE_STATE_SLEEPING);
            assertThat(
                            node.instances("user:any")
                                    .listInstances(TestNode.listing("user"))
                                    .getInstancesList())
                    .allSatisfy(listed -> assertThat(listed.getSchemaVersion()).isEqualTo(2));
            eventually(() -> brought(node) == 300);
            for (var key : keys) {
                assertThat(numberOf(node, key)).isEqualTo(1);
            }
        }
    }

    @Test
    void theOpenOnesAreBroughtThereTooAndStayOpen() throws IOException {
        try (var node = fast(data)) {
            node.apply(file(FIRST, ""));
            add(node, "user:a");
            assertThat(describe(node, "user:a").getSchemaVersion()).isEqualTo(1);
            node.apply(file(FIRST, ONE_MORE));
            eventually(() -> isDone(node, 2));

            assertThat(describe(node, "user:a").getSchemaVersion()).isEqualTo(2);
            assertThat(open(node)).isEqualTo(1);
            assertThat(numberOf(node, "user:a")).isEqualTo(1);
        }
    }

    @Test
    void oneThatFailsStaysWhereItWasServesAndIsNamed() throws IOException {
        var keys = keys(5);
        begin(keys);
        try (var node = fast(data)) {
            add(node, "user:i3", "2");
        }
        try (var node = fast(data)) {
            node.apply(file(UNIQUE, ""));
            eventually(() -> isDone(node, 2));

            var status = status(node);
            assertThat(status.getFailed()).isEqualTo(1);
            assertThat(status.getInstancesByVersionMap()).isEqualTo(Map.of(1L, 1L, 2L, 4L));
            var failure = status.getFailures(0);
            assertThat(InstanceKey.of(failure.getInstance()).toString()).isEqualTo("user:i3");
            assertThat(failure.getReason()).startsWith("UNIQUE_VIOLATION: ");
            assertThat(failure.getSchemaVersion()).isEqualTo(1);
            assertThat(node.integer("user:i3", "SELECT count(*) FROM t")).isEqualTo(2);
            assertThat(describe(node, "user:i3").getSchemaVersion()).isEqualTo(1);
        }
        // It is not tried again for a start, nor for another version with the same tables.
        try (var node = fast(data)) {
            node.apply(file(UNIQUE, ", limits: { size: 1MiB }"));
            eventually(() -> isDone(node, 3));
            assertThat(status(node).getFailed()).isEqualTo(1);
            assertThat(attemptsThatFailed(node)).isZero();

            node.apply(file(FIRST, ""));
            eventually(() -> isDone(node, 4));
            assertThat(status(node).getFailed()).isZero();
            assertThat(status(node).getFailuresList()).isEmpty();

            node.apply(file(UNIQUE, ""));
            eventually(() -> isDone(node, 5) && status(node).getFailed() == 1);
            node.mutate("user:i3", "DELETE FROM t WHERE id = '2'");
            // Whoever calls it once it has slept brings it there.
        }
        try (var node = fast(data)) {
            assertThat(node.integer("user:i3", "SELECT count(*) FROM t")).isEqualTo(1);
            eventually(() -> status(node).getFailed() == 0);
            assertThat(describe(node, "user:i3").getSchemaVersion()).isEqualTo(5);
        }
    }

    @Test
    void aPauseOutlastsARestartAndHoldsNobodyUpWhoIsCalled() throws IOException {
        begin(keys(10));
        try (var node = fast(data)) {
            pause(node);
            assertThat(status(node).getPaused()).isTrue();
            node.apply(file(FIRST, ONE_MORE));
            assertThat(numberOf(node, "user:i0")).isEqualTo(1);
        }
        try (var node = fast(data)) {
            assertThat(numberOf(node, "user:i1")).isEqualTo(1);
            var status = status(node);
            assertThat(status.getPaused()).isTrue();
            assertThat(status.getPending()).isEqualTo(8);
            assertThat(brought(node)).isZero();

            resume(node);
            eventually(() -> isDone(node, 2));
            assertThat(status(node).getPaused()).isFalse();
            assertThat(status(node).getInstancesByVersionMap()).isEqualTo(Map.of(2L, 10L));
            eventually(() -> brought(node) == 8);
        }
    }

    @Test
    void aKillInTheMiddleLosesNoneAndRunsNoMigrationTwice() throws IOException {
        var keys = keys(60);
        begin(keys);
        var crashed = copies.resolve("crashed");
        try (var node = start(data, Map.of("migrations-per-second", "50"))) {
            node.apply(file(FIRST, ONE_MORE));
            eventually(() -> brought(node) >= 5);
            // Files that are written meanwhile would not be what a kill leaves.
            pause(node);
            TestNode.copy(data, crashed);
            assertThat(status(node).getPending()).isPositive();
        }
        try (var node = fast(crashed)) {
            resume(node);
            eventually(() -> isDone(node, 2));
            assertThat(status(node).getInstancesByVersionMap()).isEqualTo(Map.of(2L, 60L));
            for (var key : keys) {
                assertThat(numberOf(node, key)).isEqualTo(1);
            }
        }
    }

    @Test
    void aCatalogueThatWasMadeAnewKnowsWhereTheyAre() throws IOException {
        var keys = keys(20);
        begin(keys);
        var bookmarks = new HashMap<String, String>();
        try (var node = fast(data)) {
            node.apply(file(FIRST, ONE_MORE));
            eventually(() -> isDone(node, 2));
            keys.forEach(key -> bookmarks.put(key, describe(node, key).getBookmark()));
            pause(node);
        }
        Files.delete(data.resolve("catalog.sqlite"));
        try (var node = fast(data)) {
            assertThat(status(node).getInstancesByVersionMap()).isEqualTo(Map.of(2L, 20L));
            resume(node);
            eventually(() -> isDone(node, 2));
            // They were looked at, and nothing was written.
            keys.forEach(
                    key ->
                            assertThat(describe(node, key).getBookmark())
                                    .isEqualTo(bookmarks.get(key)));
        }
    }

    @Test
    void whatIsNotDeclaredIsLeftAlone() throws IOException {
        var undeclared = List.of("old:a", "old:b");
        try (var node = fast(data)) {
            undeclared.forEach(key -> node.mutate(key, "CREATE TABLE own(a)"));
            node.apply(file(FIRST, ""));
            add(node, "user:a");
            node.apply(file(FIRST, ONE_MORE));
            eventually(() -> isDone(node, 2));

            assertThat(status(node).getUndeclared()).isEqualTo(2);
            assertThat(status(node).getInstancesByVersionMap()).isEqualTo(Map.of(2L, 1L));
        }
    }

    @Test
    void anotherVersionOfTheSameTablesTouchesNoInstance() throws IOException {
        begin(keys(10));
        try (var node = fast(data)) {
            node.apply(file(FIRST, ", limits: { size: 1MiB }"));
            eventually(() -> isDone(node, 2));

            assertThat(status(node).getInstancesByVersionMap()).isEqualTo(Map.of(1L, 10L));
            assertThat(brought(node)).isZero();
        }
    }

    /** Makes them, at the first version, and lets them sleep. */
    private void begin(List<String> keys) throws IOException {
        try (var node = fast(data)) {
            node.apply(file(FIRST, ""));
            keys.forEach(key -> add(node, key));
        }
    }

    private static String file(String tables, String more) {
        return "databases: { user: { dynamic: true, tables: { " + tables + " }" + more + " } }";
    }

    private static List<String> keys(int count) {
        return IntStream.range(0, count).mapToObj(i -> "user:i" + i).toList();
    }

    private static void add(TestNode node, String key) {
        add(node, key, "1");
    }

    private static void add(TestNode node, String key, String id) {
        node.mutate(
                key,
                "INSERT INTO t (id, createdAt, updatedAt, a, n) VALUES ('"
                        + id
                        + "', 0, 0, 'x', 0)");
    }

    private static long numberOf(TestNode node, String key) {
        return node.integer(key, "SELECT n FROM t");
    }

    private static TestNode fast(Path folder) throws IOException {
        return start(folder, Map.of("migrations-per-second", "100000"));
    }

    private static TestNode start(Path folder, Map<String, String> settings) throws IOException {
        return TestNode.start(folder, settings);
    }

    private static boolean isDone(TestNode node, long version) {
        var status = status(node);
        return status.getCurrentVersion() == version && status.getPending() == 0;
    }

    private static GetMigrationStatusResponse status(TestNode node) {
        return config(node).getMigrationStatus(GetMigrationStatusRequest.getDefaultInstance());
    }

    private static void pause(TestNode node) {
        var _ = config(node).pauseMigration(PauseMigrationRequest.getDefaultInstance());
    }

    private static void resume(TestNode node) {
        var _ = config(node).resumeMigration(ResumeMigrationRequest.getDefaultInstance());
    }

    private static ConfigServiceGrpc.ConfigServiceBlockingStub config(TestNode node) {
        return TestNode.as(
                TestNode.service(), "user:any", ConfigServiceGrpc.newBlockingStub(node.channel()));
    }

    private static Instance describe(TestNode node, String key) {
        return node.instances(key)
                .describeInstance(
                        DescribeInstanceRequest.newBuilder()
                                .setInstance(InstanceKey.parse(key).toProto())
                                .build());
    }

    private static long open(TestNode node) {
        return (long) node.registry().get("atoll.node.instances.open").gauge().value();
    }

    private static long brought(TestNode node) {
        return (long) node.registry().get("atoll.node.migration.brought").counter().count();
    }

    private static long attemptsThatFailed(TestNode node) {
        return (long) node.registry().get("atoll.node.migration.failures").counter().count();
    }
}
