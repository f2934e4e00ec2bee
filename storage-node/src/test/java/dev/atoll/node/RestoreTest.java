package dev.atoll.node;

import static dev.atoll.node.TestNode.copy;
import static dev.atoll.node.TestNode.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceState;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a check says of an instance whose files are away or cannot be read, and come back. */
class RestoreTest {
    private static final InstanceState SLEEPING = InstanceState.INSTANCE_STATE_SLEEPING;
    private static final InstanceState QUARANTINED = InstanceState.INSTANCE_STATE_QUARANTINED;

    @TempDir private Path data;
    @TempDir private Path outside;

    @Test
    void aMissingFileIsAFindingOfItsInstance() throws IOException {
        make(3);
        Files.delete(fileOf("user:1"));
        try (var node = TestNode.start(data)) {
            assertThat(node.problems("user:1")).singleElement().asString().endsWith(": missing");
            assertThat(node.problems("user:0")).isEmpty();
            assertThat(node.problems("user:2")).isEmpty();
            assertThat(failure(() -> node.query("user:1", "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
        }
    }

    @Test
    void aFileThatGoesAwayLaterIsAFindingToo() throws IOException {
        make(2);
        var file = fileOf("user:1");
        try (var node = TestNode.start(data)) {
            // So that it is closed, and nothing is left to be redone.
            assertThat(state(node, "user:1")).isEqualTo(SLEEPING);
            Files.delete(file);
            assertThat(node.problems("user:1")).singleElement().asString().endsWith(": missing");
            assertThat(state(node, "user:1")).isEqualTo(QUARANTINED);
            assertThat(node.problems("user:0")).isEmpty();
        }
    }

    @Test
    void anInstanceThatCannotBeReadIsListedAndFoundAndTheOthersAsWell() throws IOException {
        make(3);
        var sums = beside(fileOf("user:1"), ".sums");
        Files.delete(sums);
        // Reading it fails as a broken disk does.
        Files.createDirectory(sums);
        try (var node = TestNode.start(data)) {
            assertThat(listed(node)).hasSize(3);
            assertThat(state(node, "user:1")).isEqualTo(QUARANTINED);
            assertThat(node.problems("user:1"))
                    .singleElement()
                    .asString()
                    .contains("Is a directory");
            assertThat(node.problems("user:0")).isEmpty();
            assertThat(node.problems("user:2")).isEmpty();
        }
    }

    @Test
    void aCheckRightAfterAKillFindsWhatIsInTheJournal() throws IOException {
        var crashed = outside.resolve("crashed");
        try (var node = TestNode.start(data)) {
            for (int i = 0; i < 50; i++) {
                node.mutate("user:" + i, "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
            }
            copy(data, crashed);
        }
        try (var node = TestNode.start(crashed)) {
            for (int i = 49; i >= 0; i--) {
                assertThat(node.problems("user:" + i)).isEmpty();
            }
        }
    }

    private void make(int count) throws IOException {
        try (var node = TestNode.start(data)) {
            for (int i = 0; i < count; i++) {
                node.mutate("user:" + i, "CREATE TABLE t(a)");
                node.mutate("user:" + i, "INSERT INTO t VALUES (1)");
            }
        }
    }

    private Path fileOf(String key) throws IOException {
        long incarnation;
        try (var catalog = Catalog.open(data.resolve("catalog.sqlite"))) {
            incarnation = catalog.find(InstanceKey.parse(key)).orElseThrow().incarnation();
        }
        var name = "%016x.sqlite".formatted(incarnation);
        try (var files = Files.walk(data.resolve("instances"))) {
            return files.filter(file -> file.getFileName().toString().equals(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static InstanceState state(TestNode node, String key) {
        return listed(node).stream()
                .filter(instance -> key.endsWith(":" + instance.getKey().getId()))
                .findFirst()
                .orElseThrow()
                .getState();
    }

    private static List<Instance> listed(TestNode node) {
        return node.instances("user:any")
                .listInstances(TestNode.listing("user"))
                .getInstancesList();
    }
}
