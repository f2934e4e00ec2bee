package dev.atoll.node;

import static dev.atoll.node.TestNode.copy;
import static dev.atoll.node.TestNode.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.journal.FileJournal;
import dev.atoll.node.journal.JournalMetrics;
import dev.atoll.node.journal.JournalSettings;
import dev.atoll.node.journal.LogMark;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceState;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void anInstanceThatCannotBeReadForAWhileIsServedAfterwardsByItself() throws IOException {
        make(1);
        var sums = beside(fileOf("user:0"), ".sums");
        var aside = outside.resolve("sums");
        try (var node = TestNode.start(data)) {
            // So that it is closed, and nothing is left to be redone.
            assertThat(state(node, "user:0")).isEqualTo(SLEEPING);
            Files.move(sums, aside);
            Files.createDirectory(sums);
            assertThat(node.problems("user:0"))
                    .singleElement()
                    .asString()
                    .contains("Is a directory");
            Files.delete(sums);
            Files.move(aside, sums);
            assertThat(node.query("user:0", "SELECT 1").getResultsCount()).isEqualTo(1);
            assertThat(node.problems("user:0")).isEmpty();
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

    @ParameterizedTest
    @ValueSource(strings = {"", ".sums"})
    void aFileThatWasAwayDuringOneStartCostsNothing(String suffix) throws IOException {
        make(2);
        var database = fileOf("user:1");
        var file = beside(database, suffix);
        var away = outside.resolve("away");
        Files.move(file, away);
        try (var node = TestNode.start(data)) {
            assertThat(node.problems("user:1"))
                    .singleElement()
                    .asString()
                    .contains(suffix)
                    .contains(": missing");
        }
        assertThat(beside(database, ".commits")).doesNotExist();
        Files.move(away, file);
        checkRestored();
    }

    @Test
    void aFileThatComesBackWhileTheNodeRunsIsServedAgainAfterACheck() throws IOException {
        make(2);
        var file = fileOf("user:1");
        var away = outside.resolve("away");
        Files.move(file, away);
        try (var node = TestNode.start(data)) {
            assertThat(failure(() -> node.query("user:1", "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
            Files.move(away, file);
            assertThat(node.problems("user:1")).isEmpty();
            assertThat(node.integer("user:1", "SELECT count(*) FROM t")).isEqualTo(1);
        }
        checkRestored();
    }

    @Test
    void aCheckSaysWhatItFindsAndNotWhatWasFoundBefore() throws IOException {
        make(2);
        var file = fileOf("user:1");
        var sums = beside(file, ".sums");
        Files.move(file, outside.resolve("away"));
        try (var node = TestNode.start(data)) {
            assertThat(node.problems("user:1")).containsExactly(file + ": missing");
        }
        Files.move(outside.resolve("away"), file);
        Files.move(sums, outside.resolve("sums"));
        try (var node = TestNode.start(data)) {
            assertThat(node.problems("user:1")).singleElement().asString().contains(".sums");
            assertThat(failure(() -> node.query("user:1", "SELECT 1")).message()).contains(".sums");
        }
        Files.move(outside.resolve("sums"), sums);
        checkRestored();
    }

    /** An earlier version made such a log for an instance whose file was missing. */
    @Test
    void anEmptyLogOfCommitsThatWereNotLostIsNoObstacle() throws IOException {
        make(2);
        var file = fileOf("user:1");
        var log = beside(file, ".commits");
        keepEmptyLog(log);
        Files.writeString(beside(file, ".quarantine"), file + ": missing");
        checkRestored();
        assertThat(log).doesNotExist();
    }

    @Test
    void anEmptyLogOfCommitsThatWereLostIs() throws IOException {
        make(2);
        var file = fileOf("user:1");
        keepEmptyLog(beside(file, ".commits"));
        Files.writeString(
                beside(file, ".quarantine"),
                "0000000000000001.segment: offset 4096: commit 3 is lost");
        for (int start = 0; start < 2; start++) {
            try (var node = TestNode.start(data)) {
                assertThat(node.problems("user:1")).singleElement().asString().contains(".commits");
                assertThat(failure(() -> node.query("user:1", "SELECT 1")).reason())
                        .isEqualTo(Reason.INSTANCE_QUARANTINED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void whatTheFileLacksKeepsItOutOfService(long lacking) throws IOException {
        make(2);
        var file = fileOf("user:1");
        var log = beside(file, ".commits");
        keepEmptyLog(log);
        long folded = entry("user:1").newest().commit();
        Files.writeString(log.resolve("newest"), Long.toString(folded + lacking));
        if (lacking == 0) {
            checkRestored();
            assertThat(log).doesNotExist();
            return;
        }
        try (var node = TestNode.start(data)) {
            assertThat(node.problems("user:1"))
                    .containsExactly(
                            "%s: commits up to %d (its file: up to %d)"
                                    .formatted(log, folded + 1, folded));
        }
    }

    private static void keepEmptyLog(Path folder) throws IOException {
        Files.createDirectories(folder);
        var settings =
                new JournalSettings(
                        1 << 20, Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, 0, Duration.ofDays(1));
        FileJournal.open(
                        new FileJournal.Place(SystemDisk.INSTANCE, folder),
                        settings,
                        new JournalMetrics(new SimpleMeterRegistry()),
                        new FileJournal.Sources(System::nanoTime, new SecureRandom(), LogMark.NONE))
                .close();
    }

    private void checkRestored() throws IOException {
        try (var node = TestNode.start(data)) {
            assertThat(node.problems("user:1")).isEmpty();
            assertThat(node.integer("user:1", "SELECT count(*) FROM t")).isEqualTo(1);
        }
        try (var node = TestNode.start(data)) {
            node.mutate("user:1", "INSERT INTO t VALUES (2)");
            assertThat(node.integer("user:1", "SELECT count(*) FROM t")).isEqualTo(2);
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
        var name = "%016x.sqlite".formatted(entry(key).incarnation());
        try (var files = Files.walk(data.resolve("instances"))) {
            return files.filter(file -> file.getFileName().toString().equals(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private CatalogEntry entry(String key) {
        try (var catalog = Catalog.open(data.resolve("catalog.sqlite"))) {
            return catalog.find(InstanceKey.parse(key)).orElseThrow();
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
