package dev.atoll.node;

import static dev.atoll.node.TestNode.copy;
import static dev.atoll.node.TestNode.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.DeleteInstanceRequest;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a node says after a kill, which here is a copy of its data folder taken while it has nothing
 * to do.
 */
class NodeCrashTest {
    private static final String KEY = "user:alice";
    private static final String OTHER = "user:bob";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Map<String, String> SMALL_JOURNAL =
            Map.of("journal-segment-bytes", "64KiB", "journal-bytes-max", "128KiB");

    @TempDir private Path data;
    @TempDir private Path copies;

    @Test
    void showsTheSameCommitAsBeforeThoughTheJournalHasForgottenIt() throws IOException {
        var crashed = copies.resolve("crashed");
        try (var node = TestNode.start(data, SMALL_JOURNAL)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            node.mutate(KEY, "INSERT INTO t VALUES (1)");
            node.mutate(KEY, "INSERT INTO t VALUES (2)");
            node.mutate(OTHER, "CREATE TABLE t(a)");
            // The note that it was folded is in the journal, too, until that goes as well.
            forgetTheJournal(node);
            forgetTheJournal(node);
            copy(data, crashed);
        }
        try (var node = TestNode.start(crashed, SMALL_JOURNAL)) {
            assertThat(commit(describe(node, KEY))).isEqualTo(3);
            assertThat(list(node)).extracting(NodeCrashTest::commit).first().isEqualTo(3L);
            assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isEqualTo(2);
        }
    }

    @Test
    void whatWasDeletedStaysDeletedAlsoWhereItsKeyWasCreatedAgain() throws IOException {
        var once = copies.resolve("once");
        var again = copies.resolve("again");
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            node.mutate(KEY, "INSERT INTO t VALUES (1)");
            delete(node, KEY);
            copy(data, once);
            node.mutate(KEY, "CREATE TABLE t(a)");
            copy(data, again);
        }
        try (var node = TestNode.start(once)) {
            assertThat(failure(() -> node.query(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);
            assertThat(list(node)).isEmpty();
        }
        // Also where the list of instances has to be made anew from what lies about.
        Files.delete(again.resolve("catalog.sqlite"));
        try (var node = TestNode.start(again)) {
            assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isZero();
            assertThat(commit(describe(node, KEY))).isEqualTo(1);
        }
    }

    /** Its record is durable first; then its files go one after the other, then its row. */
    @Test
    void aDeletionIsEndedWhereverItWasCutOff() throws IOException {
        var before = copies.resolve("before");
        var after = copies.resolve("after");
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            assertThat(node.problems(KEY)).isEmpty(); // Folded, so that it has all its files.
            node.mutate(KEY, "INSERT INTO t VALUES (1)");
            node.mutate(OTHER, "CREATE TABLE t(a)");
            copy(data, before);
            delete(node, KEY);
            copy(data, after);
        }
        var files = List.of(".sqlite", ".sqlite.sums", ".sqlite-wal");
        for (int gone = 0; gone <= files.size(); gone++) {
            var crashed = copies.resolve("gone-" + gone);
            copy(after, crashed);
            for (var end : files.subList(gone, files.size())) {
                putBack(before.resolve("instances"), crashed.resolve("instances"), end);
            }
            for (var file : endingWith(crashed, "catalog.sqlite")) {
                Files.delete(file);
            }
            putBack(before, crashed, "catalog.sqlite");
            try (var node = TestNode.start(crashed)) {
                assertThat(failure(() -> node.query(KEY, "SELECT 1")).reason())
                        .isEqualTo(Reason.INSTANCE_NOT_FOUND);
                assertThat(list(node)).hasSize(1);
                assertThat(node.integer(OTHER, "SELECT count(*) FROM t")).isZero();
                node.mutate(KEY, "CREATE TABLE t(a)");
                assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isZero();
            }
        }
    }

    /** Files of that kind that are missing. */
    private static void putBack(Path from, Path to, String end) throws IOException {
        for (var file : endingWith(from, end)) {
            var target = to.resolve(from.relativize(file).toString());
            if (!Files.exists(target)) {
                Files.createDirectories(target.resolveSibling("."));
                Files.copy(file, target);
            }
        }
    }

    @Test
    void aBitThatFlipsInAWalIsFoundBeforeItGetsIntoTheFileAndHarmsNobodyElse() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            node.mutate(KEY, "INSERT INTO t VALUES ('" + "x".repeat(3_000) + "')");
            var wal = endingWith(data.resolve("instances"), "-wal").getFirst();
            node.mutate(OTHER, "CREATE TABLE t(a)");
            flipLastValue(wal);

            var found = node.problems(KEY);

            assertThat(found)
                    .singleElement()
                    .asString()
                    .contains(String.valueOf(wal.getFileName()));
            assertThat(failure(() -> node.query(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
            node.mutate(OTHER, "INSERT INTO t VALUES (1)");
            assertThat(node.problems(OTHER)).isEmpty();
        }
        try (var node = TestNode.start(data)) {
            assertThat(failure(() -> node.query(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
            assertThat(node.integer(OTHER, "SELECT count(*) FROM t")).isEqualTo(1);
            // Its file has all that the journal had of it, and nothing of the WAL.
            assertThat(node.problems(KEY)).isEmpty();
            assertThat(node.integer(KEY, "SELECT length(replace(a, 'x', '')) FROM t")).isZero();
            assertThat(node.integer(KEY, "SELECT length(a) FROM t")).isEqualTo(3_000);
        }
        assertThat(endingWith(data.resolve("instances"), ".commits")).isEmpty();
    }

    private static List<Path> endingWith(Path folder, String end) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> name(file).endsWith(end)).toList();
        }
    }

    private static void flipLastValue(Path wal) throws IOException {
        try (var file = new RandomAccessFile(wal.toFile(), "rw")) {
            long at = file.length() - 2_000;
            file.seek(at);
            int value = file.read();
            file.seek(at);
            file.write(value ^ 1);
        }
    }

    /** Writes until all that is in the journal now has gone. */
    private void forgetTheJournal(TestNode node) {
        var now = segments();
        await(
                () -> {
                    node.offer(OTHER, "INSERT INTO t VALUES (randomblob(20000))");
                    return segments().stream().noneMatch(now::contains);
                });
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("time left").isNegative();
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private List<String> segments() {
        try (var files = Files.list(data.resolve("journal"))) {
            return files.map(NodeCrashTest::name)
                    .filter(name -> name.endsWith(".segment"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Instance describe(TestNode node, String key) {
        return node.instances(key)
                .describeInstance(
                        DescribeInstanceRequest.newBuilder()
                                .setInstance(InstanceKey.parse(key).toProto())
                                .build());
    }

    private static List<Instance> list(TestNode node) {
        return node.instances(KEY)
                .listInstances(ListInstancesRequest.newBuilder().setNamespace("user").build())
                .getInstancesList();
    }

    private static void delete(TestNode node, String key) {
        var _ =
                node.instances(key)
                        .deleteInstance(
                                DeleteInstanceRequest.newBuilder()
                                        .setInstance(InstanceKey.parse(key).toProto())
                                        .build());
    }

    private static long commit(Instance shown) {
        return Bookmark.parse(shown.getBookmark()).commit();
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
