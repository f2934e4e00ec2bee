package dev.atoll.node;

import static dev.atoll.node.TestNode.failure;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node makes of a catalogue that is damaged or gone. */
class CatalogRepairTest {
    @TempDir private Path data;

    @Test
    void rebuildsACatalogueWhoseLaterPagesAreDamaged() throws IOException {
        try (var node = TestNode.start(data)) {
            for (int i = 0; i < 100; i++) {
                node.mutate("user:" + i, "CREATE TABLE t(a)");
            }
        }
        try (var file = new RandomAccessFile(data.resolve("catalog.sqlite").toFile(), "rw")) {
            for (long at = 2 * 4096L; at < file.length(); at += 8) {
                file.seek(at);
                file.write(0x5a);
            }
        }
        try (var node = TestNode.start(data)) {
            assertThat(node.integer("user:7", "SELECT count(*) FROM t")).isZero();
            assertThat(node.registry().get("atoll.node.instances.known").gauge().value())
                    .isEqualTo(100);
        }
    }

    @Test
    void aBitFlippedInAKeyHidesNobody() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate("user:bob", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
        }
        // Until the journal says nothing of it any more.
        TestNode.start(data).close();
        TestNode.start(data).close();
        var catalogue = data.resolve("catalog.sqlite");
        var bytes = Files.readAllBytes(catalogue);
        // In its index, too.
        var damaged = new String(bytes, ISO_8859_1).replace("user:bob", "user:bof");
        Files.write(catalogue, damaged.getBytes(ISO_8859_1));
        try (var node = TestNode.start(data)) {
            assertThat(node.integer("user:bob", "SELECT count(*) FROM t")).isEqualTo(1);
            node.mutate("user:bob", "INSERT INTO t VALUES (2)");
            assertThat(node.integer("user:bob", "SELECT count(*) FROM t")).isEqualTo(2);
            assertThat(node.registry().get("atoll.node.instances.known").gauge().value())
                    .isEqualTo(1);
        }
    }

    @Test
    void aDamagedInstanceNeverSeemsNewWhenTheCatalogueIsLostToo() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate("user:a", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
        }
        try (var file = new RandomAccessFile(instanceFile().toFile(), "rw")) {
            file.setLength(file.length() - 100);
        }
        Files.delete(data.resolve("catalog.sqlite"));
        try (var node = TestNode.start(data)) {
            assertThat(failure(() -> node.query("user:a", "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
            assertThat(failure(() -> node.mutate("user:a", "CREATE TABLE t(a)")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
        }
    }

    @Test
    void aFileThatWasMendedIsServedAgain() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate("user:a", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
        }
        forgetAllButTheFiles();
        var file = instanceFile();
        var whole = Files.readAllBytes(file);
        Files.write(file, new byte[100]);
        try (var node = TestNode.start(data)) {
            assertThat(failure(() -> node.mutate("user:a", "CREATE TABLE t(a)")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
        }
        Files.write(file, whole);
        try (var node = TestNode.start(data)) {
            assertThat(node.integer("user:a", "SELECT count(*) FROM t")).isEqualTo(1);
        }
    }

    /** A kill while a commit is undone, which gives the files other names for a moment. */
    @Test
    void findsAnInstanceWhoseFileHadAnotherName() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate("user:a", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
        }
        forgetAllButTheFiles();
        var file = instanceFile();
        Files.move(file, file.resolveSibling(file.getFileName() + ".moved"));
        try (var node = TestNode.start(data)) {
            assertThat(node.integer("user:a", "SELECT count(*) FROM t")).isEqualTo(1);
        }
    }

    @Test
    void aFileThatIsLostBesideItsChecksumsKeepsItsShardFromNewInstances() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate("user:a", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
        }
        forgetAllButTheFiles();
        Files.delete(instanceFile());
        for (int start = 0; start < 2; start++) {
            try (var node = TestNode.start(data)) {
                assertThat(failure(() -> node.mutate("user:a", "CREATE TABLE t(a)")).reason())
                        .isEqualTo(Reason.INSTANCE_QUARANTINED);
            }
        }
    }

    /** The catalogue is lost, and the journal has been trimmed. */
    private void forgetAllButTheFiles() throws IOException {
        Files.delete(data.resolve("catalog.sqlite"));
        try (var files = Files.list(data.resolve("journal"))) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        var properties = data.resolve("node.properties");
        Files.writeString(properties, Files.readString(properties).replaceAll("journal=.*\\R", ""));
    }

    @Test
    void aFileWhoseKeyNobodyCanTellKeepsItsShardFromNewInstances() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate("user:a", "CREATE TABLE t(a)");
        }
        // Of another incarnation: the journal still knows whose the first one is.
        var known = instanceFile();
        var file = known.resolveSibling("0000000000000abc.sqlite");
        try (var node = TestNode.start(data)) {
            node.delete("user:a");
        }
        Files.write(file, new byte[5000]);
        Files.delete(data.resolve("catalog.sqlite"));
        try (var node = TestNode.start(data)) {
            assertThat(failure(() -> node.mutate("user:a", "CREATE TABLE t(a)")))
                    .satisfies(
                            failure -> {
                                assertThat(failure.reason()).isEqualTo(Reason.INSTANCE_QUARANTINED);
                                assertThat(failure.message()).contains(file.toString());
                            });
            node.mutate("user:b", "CREATE TABLE t(a)");
            assertThat(node.integer("user:b", "SELECT count(*) FROM t")).isZero();
            assertThat(node.problems("user:a"))
                    .singleElement()
                    .asString()
                    .contains(file.toString())
                    .contains("may be of instance user:a");
            assertThat(
                            node.instances("user:any")
                                    .listInstances(TestNode.listing("user"))
                                    .getDamagedFilesList())
                    .singleElement()
                    .asString()
                    .contains(file.toString());
        }
        Files.delete(file);
        try (var node = TestNode.start(data)) {
            node.mutate("user:a", "CREATE TABLE u(a)");
            assertThat(node.integer("user:a", "SELECT count(*) FROM u")).isZero();
        }
    }

    @Test
    void anInstanceThatWasSetAsideStaysSoForTheSameReason() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate("user:a", "CREATE TABLE t(a)", "INSERT INTO t VALUES (zeroblob(20000))");
            node.mutate("user:b", "CREATE TABLE t(a)");
        }
        var file =
                instanceFiles().stream()
                        .filter(path -> path.toFile().length() > 20_000)
                        .findFirst()
                        .orElseThrow();
        var catalogue = Files.readAllBytes(data.resolve("catalog.sqlite"));
        var whole = Files.readAllBytes(file);
        flip(file, whole.length - 5_000L);
        String why;
        try (var node = TestNode.start(data)) {
            why = String.valueOf(node.problems("user:a").getFirst());
            assertThat(why).contains(file.toString()).contains("page ");
        }
        // The bit is inside of a value: opening the file would not find it.
        Files.delete(data.resolve("catalog.sqlite"));
        try (var node = TestNode.start(data)) {
            assertIsSetAside(node, why);
        }
        // As a power cut can leave it, since the catalogue is not synced at every change.
        Files.write(data.resolve("catalog.sqlite"), catalogue);
        try (var node = TestNode.start(data)) {
            assertIsSetAside(node, why);
        }
        Files.write(data.resolve("catalog.sqlite"), catalogue);
        try (var node = TestNode.start(data)) {
            Files.write(file, whole);
            assertThat(node.problems("user:a")).isEmpty();
            assertThat(node.integer("user:a", "SELECT count(*) FROM t")).isEqualTo(1);
        }
        Files.delete(data.resolve("catalog.sqlite"));
        try (var node = TestNode.start(data)) {
            assertThat(node.integer("user:a", "SELECT count(*) FROM t")).isEqualTo(1);
        }
    }

    private static void assertIsSetAside(TestNode node, String why) {
        assertThat(failure(() -> node.query("user:a", "SELECT 1")))
                .satisfies(
                        failure -> {
                            assertThat(failure.reason()).isEqualTo(Reason.INSTANCE_QUARANTINED);
                            assertThat(failure.message()).isEqualTo(why);
                        });
        assertThat(node.integer("user:b", "SELECT count(*) FROM t")).isZero();
    }

    /** As a disk that forgets: nobody wrote the file. */
    private static void flip(Path path, long at) throws IOException {
        var modified = Files.getLastModifiedTime(path);
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(at);
            int value = file.read();
            file.seek(at);
            file.write(value ^ 1);
        }
        Files.setLastModifiedTime(path, modified);
    }

    private Path instanceFile() throws IOException {
        return instanceFiles().getFirst();
    }

    private List<Path> instanceFiles() throws IOException {
        try (var files = Files.walk(data.resolve("instances"))) {
            return files.filter(file -> file.toString().endsWith(".sqlite")).toList();
        }
    }
}
