package dev.atoll.node;

import static dev.atoll.node.TestNode.eventually;
import static dev.atoll.node.TestNode.failure;
import static dev.atoll.node.TestNode.reading;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.wire.Reason;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node does about its journal: one that is full, and one that is gone. */
@Timeout(120)
class NodeJournalTest {
    private static final String KEY = "user:alice";
    private static final String OTHER = "user:bob";
    private static final String ENDLESS =
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
                    + " SELECT count(*) FROM c";

    private static final Map<String, String> SMALL = Map.of("journal-bytes-max", "2MiB");

    private static final Map<String, String> SEGMENTS = Map.of("journal-segment-bytes", "64KiB");

    @TempDir private Path data;
    @TempDir private Path other;
    @TempDir private Path copies;

    @Test
    void refusesWritesWhileTheJournalIsFullReadsOnAndWritesAgain() throws IOException {
        try (var node = TestNode.start(data, SMALL)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            node.mutate(KEY, "INSERT INTO t VALUES (7)");
            node.mutate(OTHER, "CREATE TABLE t(a)");
            // As long as its lane is busy, it cannot be folded, and holds the journal back.
            var stub =
                    TestNode.as(
                            TestNode.service(),
                            KEY,
                            DatabaseServiceGrpc.newFutureStub(node.channel()));
            var running = stub.query(reading(KEY, ENDLESS));
            eventually(() -> node.registry().get("atoll.node.lanes.running").gauge().value() > 0);

            long written = 0;
            Reason refusal = null;
            while (refusal == null) {
                assertThat(written).isLessThan(1_000);
                refusal = write(node);
                written += refusal == null ? 1 : 0;
            }

            assertThat(refusal).isEqualTo(Reason.OVERLOADED);
            assertThat(failure(() -> insert(node)).message()).contains("journal: ", "folds have");
            assertThat(node.integer(OTHER, "SELECT count(*) FROM t")).isEqualTo(written);
            assertThat(node.node().missing()).isEmpty();
            assertThat(running.cancel(true)).isTrue();
            eventually(() -> write(node) == null);
            assertThat(node.integer(OTHER, "SELECT count(*) FROM t")).isEqualTo(written + 1);
            assertThat(node.integer(KEY, "SELECT a FROM t")).isEqualTo(7);
        }
    }

    private static @Nullable Reason write(TestNode node) {
        try {
            insert(node);
            return null;
        } catch (StatusRuntimeException e) {
            return failure(
                            () -> {
                                throw e;
                            })
                    .reason();
        }
    }

    private static void insert(TestNode node) {
        node.mutate(OTHER, "INSERT INTO t VALUES (randomblob(60000))");
    }

    @Test
    void refusesToStartWithoutItsJournalOrWithAnother() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (7)");
        }
        try (var node = TestNode.start(other)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
        }
        var journal = data.resolve("journal");
        var aside = data.resolve("aside");
        Files.move(journal, aside);
        assertThatIOException()
                .isThrownBy(() -> TestNode.start(data))
                .withMessageContaining("journal: no log is there (expected: log ")
                .withMessageContaining(
                        "remove the line journal= from " + data.resolve("node.properties"));
        Files.delete(journal);

        Files.move(other.resolve("journal"), journal);
        assertThatIOException()
                .isThrownBy(() -> TestNode.start(data))
                .withMessageContaining("belongs to log ");
        Files.move(journal, other.resolve("journal"));

        Files.move(aside, journal);
        try (var node = TestNode.start(data)) {
            assertThat(node.integer(KEY, "SELECT a FROM t")).isEqualTo(7);
        }
    }

    @Test
    void startsWithAnEmptyJournalOnceTheNoteIsRemoved() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (7)");
        }
        Files.move(data.resolve("journal"), data.resolve("aside"));
        var properties = data.resolve("node.properties");
        var lines = Files.readAllLines(properties);
        assertThat(lines.removeIf(line -> line.startsWith("journal="))).isTrue();
        Files.write(properties, lines);
        var accepted = Map.of("journal-damage-accepted", "true");
        for (int round = 0; round < 2; round++) {
            try (var node = TestNode.start(data, round == 0 ? accepted : Map.of())) {
                assertThat(node.integer(KEY, "SELECT max(a) FROM t")).isEqualTo(7 + round);
                node.mutate(KEY, "INSERT INTO t VALUES (8)");
            }
        }
        assertThat(Files.readAllLines(properties)).hasSize(lines.size() + 1);
    }

    @Test
    void refusesAJournalThatEndsBeforeWhatWasDurableOnce() throws IOException {
        Files.createDirectories(other.resolve("journal"));
        try (var node = TestNode.start(data, SMALL)) {
            node.mutate(OTHER, "CREATE TABLE t(a)");
            insert(node);
        }
        copy(data.resolve("journal"), other.resolve("journal"));
        try (var node = TestNode.start(data, SMALL)) {
            // The catalogue notes how far it has come when the journal is trimmed.
            double start = position(node, "start");
            while (position(node, "start") == start) {
                write(node);
            }
        }
        copy(other.resolve("journal"), data.resolve("journal"));
        assertThatIOException()
                .isThrownBy(() -> TestNode.start(data, SMALL))
                .withMessageContaining("its newest records are lost, or it is an older copy");
        var accepted = new HashMap<>(SMALL);
        accepted.put("journal-damage-accepted", "true");
        try (var node = TestNode.start(data, accepted)) {
            assertThat(node.integer(OTHER, "SELECT count(*) FROM t")).isPositive();
        }
    }

    @Test
    void refusesAJournalWhoseEndIsLost() throws IOException {
        try (var node = TestNode.start(data, SEGMENTS)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
        }
        try (var node = TestNode.start(data, SEGMENTS)) {
            node.mutate(KEY, "INSERT INTO t VALUES (7)");
            // One is made ready behind it: by that, one that is gone is missed.
            eventually(() -> !newestWritten(segments(data)).equals(segments(data).getLast()));
            // Nothing is folded: what this copy has is in the newest segment alone.
            TestNode.copy(data, other);
        }
        var newest = newestWritten(segments(other));
        var damages =
                Map.<String, Damager>of(
                        "no header",
                        path -> overwrite(path, 0, new byte[4096]),
                        "two flipped bits",
                        NodeJournalTest::flipBothHeaders,
                        "cut off",
                        path -> truncate(path, 32_768),
                        "not there",
                        Files::delete);
        for (var damage : damages.entrySet()) {
            var damaged = Files.createTempDirectory(copies, "damaged");
            TestNode.copy(other, damaged);
            damage.getValue().damage(damaged.resolve("journal").resolve(newest.getFileName()));
            // The second start must not have forgotten it.
            for (int start = 0; start < 2; start++) {
                assertThatIOException()
                        .as("%s, start %s", damage.getKey(), start)
                        .isThrownBy(() -> TestNode.start(damaged, SEGMENTS))
                        .withMessageContaining(String.valueOf(newest.getFileName()))
                        .withMessageContaining("any instance may have lost its newest commits")
                        .withMessageContaining("journal-damage-accepted=true");
            }
            var accepted = new HashMap<>(SEGMENTS);
            accepted.put("journal-damage-accepted", "true");
            try (var node = TestNode.start(damaged, accepted)) {
                node.mutate(KEY, "INSERT INTO t VALUES (8)");
                assertThat(node.integer(KEY, "SELECT max(a) FROM t")).isEqualTo(8);
            }
        }
    }

    private interface Damager {
        void damage(Path segment) throws IOException;
    }

    private static List<Path> segments(Path data) throws IOException {
        try (var files = Files.list(data.resolve("journal"))) {
            return files.filter(file -> file.toString().endsWith(".segment")).sorted().toList();
        }
    }

    /** Not one that was made ready, and holds nothing but its header. */
    private static Path newestWritten(List<Path> segments) throws IOException {
        for (var segment : segments.reversed()) {
            var block = ByteBuffer.allocate(4096);
            try (var file = FileChannel.open(segment, READ)) {
                file.read(block, 4096);
            }
            if (!block.flip().equals(ByteBuffer.allocate(block.limit()))) {
                return segment;
            }
        }
        throw new AssertionError("no segment holds anything");
    }

    private static void flipBothHeaders(Path segment) throws IOException {
        for (int at : List.of(20, 2068)) {
            try (var file = FileChannel.open(segment, READ, WRITE)) {
                var one = ByteBuffer.allocate(1);
                file.read(one, at);
                one.put(0, (byte) (one.get(0) ^ 1)).flip();
                file.write(one, at);
            }
        }
    }

    private static void overwrite(Path segment, long at, byte[] bytes) throws IOException {
        try (var file = FileChannel.open(segment, WRITE)) {
            file.write(ByteBuffer.wrap(bytes), at);
        }
    }

    private static void truncate(Path segment, long bytes) throws IOException {
        try (var file = FileChannel.open(segment, WRITE)) {
            file.truncate(bytes);
        }
    }

    private static double position(TestNode node, String which) {
        return node.registry().get("atoll.node.journal.position." + which).gauge().value();
    }

    /** Empties the target first. */
    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.list(to)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        try (var files = Files.list(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
