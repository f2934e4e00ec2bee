package dev.atoll.node.instance;

import static dev.atoll.node.TestNode.copy;
import static dev.atoll.node.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node that is killed while it recovers, and again while it recovers from that: before each
 * record that it reads, so between all that it does with files and catalogue. That files are
 * written whole by a redo that is cut off is the business of {@code RedoCrashTest}.
 */
class RecoveryCrashTest {
    private static final int NOT_ALL = 5;

    @TempDir private Path folder;

    private Path crashed = Path.of("");
    private long damaged;
    private int taken;

    @BeforeEach
    void aNodeWithSomeOfEverything() throws IOException {
        var data = folder.resolve("data");
        var before = folder.resolve("before");
        crashed = folder.resolve("crashed");
        try (var instances = TestInstances.open(data, 10)) {
            for (var key : List.of("user:folded", "user:new", "user:gone", "user:damaged")) {
                instances.write(key, "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
            }
            assertThat(instances.verify("user:folded")).isEmpty();
            assertThat(instances.verify("user:gone")).isEmpty();
            instances.write("user:folded", "INSERT INTO t VALUES (2)");
            instances.write("user:new", "INSERT INTO t VALUES (2)");
            instances.write("user:damaged", "INSERT INTO t VALUES (2)");
            damaged = instances.describe("user:damaged").entry().incarnation();
            instances.write("user:again", "CREATE TABLE t(a)");
            copy(data, before);
            instances.delete("user:gone");
            instances.delete("user:again");
            instances.write("user:again", "CREATE TABLE t(a)", "INSERT INTO t VALUES (3)");
            copy(data, crashed);
        }
        // The names of files that were removed may be there again after a power cut.
        copy(before.resolve("instances"), crashed.resolve("instances"));
    }

    @Test
    void killedBeforeAnyRecordAndAgainItRecoversAll() throws IOException {
        assertThat(killAndRecover("")).isGreaterThan(10);
    }

    @Test
    void alsoWhereTheCatalogueIsLost() throws IOException {
        Files.delete(crashed.resolve("catalog.sqlite"));
        assertThat(killAndRecover("without a catalogue: ")).isGreaterThan(20);
    }

    /** How often it was killed, in all. */
    private int killAndRecover(String when) throws IOException {
        var first = recover(crashed, true, when);
        int kills = first.size();
        for (int i = 0; i < first.size(); i++) {
            var second = recover(first.get(i), true, when + "before read " + i);
            // Not all of them after each: that would take minutes, and few of them differ.
            for (int j = i % NOT_ALL; j < second.size(); j += NOT_ALL) {
                var third = recover(second.get(j), false, when + "reads " + i + " and " + j);
                assertThat(third).isEmpty();
                kills++;
            }
        }
        return kills;
    }

    /** Recovers all; what a kill before each read would have left, if that is wanted. */
    private List<Path> recover(Path data, boolean kill, String when) throws IOException {
        var snapshots = new ArrayList<Path>();
        try (var instances =
                TestInstances.recover(
                        data,
                        journal ->
                                journal.unreadable =
                                        record -> {
                                            if (kill) {
                                                snapshots.add(snapshot(data));
                                            }
                                            return isDamaged(record);
                                        })) {
            instances.journal.unreadable = this::isDamaged;
            isRecovered(instances, data, when);
        }
        return snapshots;
    }

    private Path snapshot(Path data) {
        try {
            var target = folder.resolve("killed-" + taken++);
            copy(data, target);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isDamaged(JournalRecord record) {
        return record instanceof JournalRecord.Commit commit
                && commit.origin().incarnation() == damaged
                && commit.commit() == 2;
    }

    private static void isRecovered(TestInstances instances, Path data, String when)
            throws IOException {
        assertThat(instances.list(new Catalog.Range("user", "", Optional.empty())))
                .as(when)
                .extracting(status -> status.entry().key().id())
                .containsExactly("again", "damaged", "folded", "new");
        assertThat(instances.read("user:folded", "SELECT sum(a) FROM t")).as(when).isEqualTo(3);
        assertThat(instances.read("user:new", "SELECT sum(a) FROM t")).as(when).isEqualTo(3);
        assertThat(instances.read("user:again", "SELECT sum(a) FROM t")).as(when).isEqualTo(3);
        for (var key : List.of("user:folded", "user:new", "user:again")) {
            assertThat(instances.verify(key)).as("%s: %s", when, key).isEmpty();
        }
        assertThat(failure(instances, "user:damaged")).isEqualTo(Reason.INSTANCE_QUARANTINED);
        assertThat(failure(instances, "user:gone")).isEqualTo(Reason.INSTANCE_NOT_FOUND);
        // Of the damaged one what can be read is aside; nothing of what is gone lies about.
        eventually(() -> files(data).size() == 4);
    }

    private static List<Path> files(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("instances"))) {
            return files.filter(file -> file.toString().endsWith(".sqlite")).toList();
        }
    }

    private static Reason failure(TestInstances instances, String key) {
        var failure = catchThrowableOfType(Failure.class, () -> instances.read(key, "SELECT 1"));
        assertThat(failure).isNotNull();
        return failure.reason();
    }
}
