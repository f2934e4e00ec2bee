package dev.atoll.node;

import static dev.atoll.node.TestNode.eventually;
import static dev.atoll.node.TestNode.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted is gone, also where the disk does not let go of its files. */
class DeletionTest {
    private static final String KEY = "user:alice";
    private static final Map<String, String> SMALL_JOURNAL =
            Map.of("journal-segment-bytes", "64KiB", "journal-bytes-max", "256KiB");

    @TempDir private Path data;
    @TempDir private Path aside;

    /** The file of the instance that is deleted. */
    private Path file = Path.of("");

    @BeforeEach
    void anInstanceWhoseFilesCannotBeRemoved() throws IOException {
        try (var node = TestNode.start(data, SMALL_JOURNAL)) {
            node.mutate(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
        }
        file = databases().getFirst();
        Files.copy(file, aside.resolve("file"));
        Files.copy(sums(), aside.resolve("sums"));
        // A folder with something in it, where a file of the instance could be.
        Files.createDirectories(obstacle().resolve("held"));
    }

    @Test
    void itIsGoneAndItsKeyIsFree() throws IOException {
        try (var node = TestNode.start(data, SMALL_JOURNAL)) {
            node.delete(KEY);
            isGone(node);
            node.mutate(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (2)");
            assertThat(node.integer(KEY, "SELECT a FROM t")).isEqualTo(2);
            assertThat(databases()).doesNotContain(file);
        }
    }

    @Test
    void itsFilesGoAsSoonAsTheDiskLetsThem() throws IOException {
        try (var node = TestNode.start(data, SMALL_JOURNAL)) {
            node.delete(KEY);
            assertThat(sums()).exists();
            Files.delete(obstacle().resolve("held"));
            eventually(() -> !Files.exists(sums()));
            isGone(node);
        }
    }

    @Test
    void itIsGoneAfterAStartToo() throws IOException {
        try (var node = TestNode.start(data, SMALL_JOURNAL)) {
            node.delete(KEY);
        }
        putBack();
        try (var node = TestNode.start(data, SMALL_JOURNAL)) {
            isGone(node);
            assertThat(sums()).exists();
            Files.delete(obstacle().resolve("held"));
            eventually(() -> !Files.exists(sums()));
        }
        assertThat(databases()).isEmpty();
    }

    @Test
    void theJournalNeedNotKeepItsRecord() throws IOException {
        try (var node = TestNode.start(data, SMALL_JOURNAL)) {
            node.delete(KEY);
            var then = segments();
            eventually(
                    () -> {
                        node.offer("user:bob", "CREATE TABLE IF NOT EXISTS t(a)");
                        node.offer("user:bob", "INSERT INTO t VALUES (randomblob(20000))");
                        return segments().stream().noneMatch(then::contains);
                    });
        }
        putBack();
        for (var name : List.of("catalog.sqlite", "catalog.sqlite-wal")) {
            Files.deleteIfExists(data.resolve(name));
        }
        try (var node = TestNode.start(data, SMALL_JOURNAL)) {
            isGone(node);
            node.mutate(KEY, "CREATE TABLE t(a)");
            assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isZero();
            Files.delete(obstacle().resolve("held"));
            eventually(() -> !Files.exists(sums()));
            assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isZero();
        }
    }

    /** Where the catalogue is lost, the files are looked at, and the journal says more. */
    @Test
    void itDoesNotKeepANodeFromStartingWithoutACatalogue() throws IOException {
        try (var node = TestNode.start(data, SMALL_JOURNAL)) {
            node.mutate("user:bob", "CREATE TABLE t(a)");
            node.delete(KEY);
        }
        putBack();
        Files.delete(data.resolve("catalog.sqlite"));
        try (var node = TestNode.start(data, SMALL_JOURNAL)) {
            isGone(node);
            assertThat(node.integer("user:bob", "SELECT count(*) FROM t")).isZero();
        }
    }

    private static void isGone(TestNode node) {
        assertThat(failure(() -> node.query(KEY, "SELECT 1")).reason())
                .isEqualTo(Reason.INSTANCE_NOT_FOUND);
        assertThat(failure(() -> node.delete(KEY)).reason()).isEqualTo(Reason.INSTANCE_NOT_FOUND);
        assertThat(node.instances(KEY).listInstances(TestNode.listing("user")).getInstancesList())
                .noneMatch(instance -> instance.getKey().getId().equals("alice"));
    }

    /** As if the disk had not let go of the first files either. */
    private void putBack() throws IOException {
        Files.copy(aside.resolve("file"), file);
        if (!Files.exists(sums())) {
            Files.copy(aside.resolve("sums"), sums());
        }
    }

    private Path obstacle() {
        return file.resolveSibling(file.getFileName() + "-shm");
    }

    private Path sums() {
        return file.resolveSibling(file.getFileName() + ".sums");
    }

    private List<Path> databases() throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("instances"))) {
            return files.filter(path -> path.toString().endsWith(".sqlite")).toList();
        }
    }

    private List<String> segments() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("journal"))) {
            return files.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.endsWith(".segment"))
                    .toList();
        }
    }
}
