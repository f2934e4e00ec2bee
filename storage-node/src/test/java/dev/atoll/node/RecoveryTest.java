package dev.atoll.node;

import static dev.atoll.node.TestNode.copy;
import static dev.atoll.node.TestNode.eventually;
import static dev.atoll.node.TestNode.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.journal.JournalDump;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceState;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a node makes of what a crash left: the folder is copied while a node has it open, which is
 * what a kill leaves, and then robbed of what a power cut may take.
 */
class RecoveryTest {
    private static final Map<String, String> SMALL =
            Map.of("journal-segment-bytes", "64KiB", "journal-bytes-max", "1MiB");

    @TempDir private Path data;
    @TempDir private Path outside;
    private Path crashed;

    @BeforeEach
    void place() {
        crashed = outside.resolve("crashed");
    }

    @Test
    void everythingAcknowledgedIsThereAfterAKill() throws IOException {
        try (var node = TestNode.start(data)) {
            fill(node, 20);
            copy(data, crashed);
        }
        try (var node = TestNode.start(crashed)) {
            checkFilled(node, 20);
        }
    }

    @Test
    void theJournalAloneIsEnough() throws IOException {
        try (var node = TestNode.start(data)) {
            fill(node, 20);
            copy(data, crashed);
        }
        // Nothing of these was ever synced.
        for (var file : files(crashed.resolve("instances"), "")) {
            Files.delete(file);
        }
        for (var file : files(crashed, "catalog.sqlite")) {
            Files.delete(file);
        }
        try (var node = TestNode.start(crashed)) {
            checkFilled(node, 20);
        }
        // And once more, without anything left to do.
        try (var node = TestNode.start(crashed)) {
            checkFilled(node, 20);
        }
    }

    @Test
    void aListingShowsTheNewestCommitsBeforeAnythingIsCalled() throws IOException {
        List<String> before;
        try (var node = TestNode.start(data)) {
            fill(node, 30);
            before = bookmarks(node);
            copy(data, crashed);
        }
        try (var node = TestNode.start(crashed)) {
            assertThat(bookmarks(node)).isEqualTo(before);
        }
    }

    @Test
    void theBackgroundRedoesWhatNobodyAsksFor() throws IOException {
        try (var node = TestNode.start(data)) {
            fill(node, 50);
            copy(data, crashed);
        }
        try (var node = TestNode.start(crashed)) {
            eventually(
                    () -> node.registry().get("atoll.node.recovery.pending").gauge().value() == 0);
            assertThat(node.registry().get("atoll.node.recovery.redone").functionCounter().count())
                    .isGreaterThanOrEqualTo(50);
            assertThat(files(crashed.resolve("instances"), "-wal")).isEmpty();
            checkFilled(node, 50);
        }
    }

    @Test
    void aDeletedInstanceStaysDeletedThoughItsFilesComeBack() throws IOException {
        try (var node = TestNode.start(data)) {
            fill(node, 3);
        }
        var before = outside.resolve("before");
        copy(data, before);
        try (var node = TestNode.start(data)) {
            node.delete("user:1");
            assertThat(files(data.resolve("instances"), ".sqlite")).hasSize(2);
            copy(data, crashed);
        }
        copy(before.resolve("instances"), crashed.resolve("instances"));
        for (var file : files(before, "catalog.sqlite")) {
            Files.delete(crashed.resolve(file.getFileName()));
            Files.copy(file, crashed.resolve(file.getFileName()));
        }
        try (var node = TestNode.start(crashed)) {
            assertThat(failure(() -> node.query("user:1", "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);
            assertThat(bookmarks(node)).hasSize(2);
            eventually(() -> files(crashed.resolve("instances"), ".sqlite").size() == 2);
            // The key may be used again.
            node.mutate("user:1", "CREATE TABLE other(a)");
            assertThat(node.integer("user:1", "SELECT count(*) FROM other")).isZero();
        }
    }

    @Test
    void aKeyThatWasGivenAnewIsTheNewOne() throws IOException {
        try (var node = TestNode.start(data)) {
            fill(node, 2);
            node.delete("user:1");
            node.mutate("user:1", "CREATE TABLE second(a)", "INSERT INTO second VALUES (2)");
            copy(data, crashed);
        }
        for (var file : files(crashed, "catalog.sqlite")) {
            Files.delete(file);
        }
        try (var node = TestNode.start(crashed)) {
            assertThat(node.integer("user:1", "SELECT a FROM second")).isEqualTo(2);
            assertThat(bookmarks(node)).hasSize(2);
        }
    }

    @Test
    void anOlderCatalogueIsBuiltAnew() throws IOException {
        try (var node = TestNode.start(data, SMALL)) {
            fill(node, 2);
        }
        var before = outside.resolve("before");
        copy(data, before);
        try (var node = TestNode.start(data, SMALL)) {
            fill(node, 5);
            node.delete("user:0");
            churn(node);
        }
        for (var file : files(before, "catalog.sqlite")) {
            Files.delete(data.resolve(file.getFileName()));
            Files.copy(file, data.resolve(file.getFileName()));
        }
        try (var node = TestNode.start(data, SMALL)) {
            assertThat(failure(() -> node.query("user:0", "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);
            assertThat(node.integer("user:4", "SELECT count(*) FROM t")).isEqualTo(4);
        }
    }

    @Test
    void aLostCommitTakesItsInstanceOutOfServiceAlone() throws IOException {
        try (var node = TestNode.start(data)) {
            fill(node, 3);
            copy(data, crashed);
        }
        flipInACommitOf(crashed, incarnationOf("user:1"), 2);

        try (var node = TestNode.start(crashed)) {
            var failure = failure(() -> node.query("user:1", "SELECT 1"));
            assertThat(failure.reason()).isEqualTo(Reason.INSTANCE_QUARANTINED);
            assertThat(failure.message()).contains(".segment").contains("offset");
            assertThat(describe(node, "user:1").getState())
                    .isEqualTo(InstanceState.INSTANCE_STATE_QUARANTINED);
            assertThat(node.integer("user:0", "SELECT count(*) FROM t")).isZero();
            assertThat(node.integer("user:2", "SELECT count(*) FROM t")).isEqualTo(2);
            churn(node);
            // What can be read of it is beside its file, and holds the journal back no longer.
            assertThat(dump(sideLog())).contains("COMMIT").contains("commit=1 ");
        }
        try (var node = TestNode.start(crashed)) {
            assertThat(failure(() -> node.query("user:1", "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
            assertThat(node.problems("user:1")).isNotEmpty();
            node.delete("user:1");
            assertThat(files(crashed.resolve("instances"), ".commits")).isEmpty();
            node.mutate("user:1", "CREATE TABLE t(a)");
            assertThat(node.problems("user:1")).isEmpty();
        }
    }

    @Test
    void verifyingNamesTheRecordThatWasLostAndSoDoCallsAfterIt() throws IOException {
        try (var node = TestNode.start(data)) {
            fill(node, 3);
            copy(data, crashed);
        }
        flipInACommitOf(crashed, incarnationOf("user:1"), 1);

        try (var node = TestNode.start(crashed)) {
            assertThat(node.problems("user:1").getFirst()).contains(".segment").contains("offset");
            assertThat(failure(() -> node.query("user:1", "SELECT 1")).message())
                    .contains(".segment")
                    .contains("offset");
        }
        try (var node = TestNode.start(crashed)) {
            assertThat(node.problems("user:1").getFirst()).contains(".segment").contains("offset");
        }
    }

    @Test
    void aLostCommitThatItsFileHoldsCostsNothing() throws IOException {
        try (var node = TestNode.start(data)) {
            fill(node, 3);
        }
        copy(data, crashed);
        flipInACommitOf(crashed, incarnationOf("user:1"), 2);

        try (var node = TestNode.start(crashed)) {
            checkFilled(node, 3);
            assertThat(node.problems("user:1")).isEmpty();
        }
    }

    @Test
    void norDoesOneWhoseFoldTheJournalDoesNotKnow() throws IOException {
        try (var node = TestNode.start(data)) {
            fill(node, 3);
            copy(data, crashed);
        }
        // As if the power had gone after the file was synced, and before the journal said so.
        for (var file : files(crashed.resolve("instances"), "")) {
            Files.delete(file);
        }
        copy(data.resolve("instances"), crashed.resolve("instances"));
        flipInACommitOf(crashed, incarnationOf("user:1"), 2);

        try (var node = TestNode.start(crashed)) {
            checkFilled(node, 3);
            assertThat(node.problems("user:1")).isEmpty();
        }
    }

    @Test
    void aNodeThatLostCommitsOfNobodyKnowsWhomDoesNotStartUnasked() throws IOException {
        // Large enough that nothing of it is folded meanwhile.
        var roomy = Map.of("journal-segment-bytes", "64KiB", "journal-bytes-max", "16MiB");
        try (var node = TestNode.start(data, roomy)) {
            fill(node, 3);
            for (int i = 0; i < 40; i++) {
                node.mutate("user:0", "INSERT INTO t VALUES (randomblob(4000))");
            }
            copy(data, crashed);
        }
        var second = files(crashed.resolve("journal"), ".segment").get(1);
        Files.delete(second);
        assertThatThrownBy(() -> TestNode.start(crashed, roomy))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(second.getFileName().toString())
                .hasMessageContaining("journal-damage-accepted=true");

        var accepting =
                Map.of(
                        "journal-segment-bytes",
                        "64KiB",
                        "journal-bytes-max",
                        "16MiB",
                        "journal-damage-accepted",
                        "true");
        try (var node = TestNode.start(crashed, accepting)) {
            // Its chain has a gap; those of the others have none.
            assertThat(failure(() -> node.query("user:0", "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
            assertThat(node.integer("user:2", "SELECT count(*) FROM t")).isEqualTo(2);
        }
    }

    @Test
    void aQuarantineLastsUntilACheckFindsTheInstanceWell() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate("user:a", "CREATE TABLE t(a)", "INSERT INTO t VALUES (zeroblob(20000))");
        }
        var file = files(data.resolve("instances"), ".sqlite").getFirst();
        var whole = Files.readAllBytes(file);
        flip(file, whole.length - 5_000L);
        try (var node = TestNode.start(data)) {
            assertThat(node.problems("user:a")).singleElement().asString().contains("page");
        }
        try (var node = TestNode.start(data)) {
            assertThat(failure(() -> node.query("user:a", "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
            Files.write(file, whole);
            assertThat(node.problems("user:a")).isEmpty();
            assertThat(node.integer("user:a", "SELECT count(*) FROM t")).isEqualTo(1);
        }
    }

    @Test
    void theScrubFindsAFlippedBitThatNobodyAsksFor() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate("user:a", "CREATE TABLE t(a)", "INSERT INTO t VALUES (zeroblob(20000))");
        }
        var file = files(data.resolve("instances"), ".sqlite").getFirst();
        flip(file, Files.size(file) - 5_000L);
        try (var node = TestNode.start(data, Map.of("scrub-every", "20ms"))) {
            node.mutate("user:b", "CREATE TABLE t(a)");
            eventually(
                    () ->
                            describe(node, "user:a").getState()
                                    == InstanceState.INSTANCE_STATE_QUARANTINED);
            eventually(() -> node.registry().get("atoll.node.scrub.rounds").counter().count() > 1);
            assertThat(node.integer("user:b", "SELECT count(*) FROM t")).isZero();
        }
    }

    /** Instance i has i rows, each a commit of its own after the first. */
    private static void fill(TestNode node, int count) {
        for (int i = 0; i < count; i++) {
            node.mutate("user:" + i, "CREATE TABLE IF NOT EXISTS t(a)");
            long there = node.integer("user:" + i, "SELECT count(*) FROM t");
            for (long row = there; row < i % 7; row++) {
                node.mutate("user:" + i, "INSERT INTO t VALUES (" + row + ")");
            }
        }
    }

    private static void checkFilled(TestNode node, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(node.integer("user:" + i, "SELECT count(*) FROM t")).isEqualTo(i % 7);
            assertThat(node.problems("user:" + i)).isEmpty();
        }
        assertThat(bookmarks(node)).hasSize(count);
    }

    /** Until the journal has given the beginning free. */
    private static void churn(TestNode node) throws IOException {
        node.mutate("churn:a", "CREATE TABLE IF NOT EXISTS t(a)");
        eventually(
                () -> {
                    node.offer("churn:a", "INSERT INTO t VALUES (randomblob(60000))");
                    node.offer("churn:a", "DELETE FROM t");
                    return node.registry().get("atoll.node.journal.position.start").gauge().value()
                            > 0;
                });
    }

    private static List<String> bookmarks(TestNode node) {
        return node
                .instances("user:any")
                .listInstances(ListInstancesRequest.newBuilder().setNamespace("user").build())
                .getInstancesList()
                .stream()
                .map(instance -> instance.getKey().getId() + " " + instance.getBookmark())
                .toList();
    }

    private static Instance describe(TestNode node, String key) {
        return node.instances(key)
                .describeInstance(
                        DescribeInstanceRequest.newBuilder()
                                .setInstance(InstanceKey.parse(key).toProto())
                                .build());
    }

    private String incarnationOf(String key) throws IOException {
        return dump(crashed.resolve("journal"))
                .lines()
                .filter(line -> line.contains(" CREATE ") && line.endsWith("key=" + key))
                .findFirst()
                .orElseThrow()
                .replaceAll(".*incarnation=([0-9a-f]+) .*", "$1");
    }

    private static void flipInACommitOf(Path folder, String incarnation, int commit)
            throws IOException {
        var line =
                dump(folder.resolve("journal"))
                        .lines()
                        .filter(
                                text ->
                                        text.contains(" COMMIT ")
                                                && text.contains(incarnation)
                                                && text.contains(" commit=" + commit + " "))
                        .findFirst()
                        .orElseThrow();
        var place = line.split(" ", 3)[1].split("\\+", 2);
        flip(folder.resolve("journal").resolve(place[0]), Long.parseLong(place[1]) + 140);
    }

    private static void flip(Path file, long at) throws IOException {
        var modified = Files.getLastModifiedTime(file);
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(at);
            int value = raw.read();
            raw.seek(at);
            raw.write(value ^ 1);
        }
        Files.setLastModifiedTime(file, modified);
    }

    private Path sideLog() throws IOException {
        try (Stream<Path> all = Files.walk(crashed.resolve("instances"))) {
            return all.filter(path -> path.toString().endsWith(".commits"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String dump(Path journal) throws IOException {
        var text = new StringWriter();
        var _ = JournalDump.print(SystemDisk.INSTANCE, journal, new PrintWriter(text, true));
        return text.toString();
    }

    private static List<Path> files(Path folder, String part) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().contains(part))
                    .filter(
                            file ->
                                    !part.equals(".sqlite")
                                            || file.getFileName().toString().endsWith(".sqlite"))
                    .sorted()
                    .toList();
        }
    }
}
