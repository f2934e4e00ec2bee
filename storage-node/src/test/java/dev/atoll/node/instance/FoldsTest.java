package dev.atoll.node.instance;

import static dev.atoll.node.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.InstanceKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances that hold the journal back are folded beside the calls that go on. */
class FoldsTest {
    private static final String HOT = "user:alice";
    private static final String QUIET = "user:bob";
    private static final String BUSY = "user:carol";
    private static final String GROW = "INSERT INTO t VALUES (randomblob(60000))";

    @TempDir private Path data;

    @Test
    void instancesThatNobodyCallsAreFoldedWhenTheJournalGrows() throws IOException {
        try (var instances = TestInstances.open(data, 10)) {
            instances.write(QUIET, "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
            instances.write(HOT, "CREATE TABLE t(a)");

            fill(instances);

            // The first segment, which holds its commits, goes before any other.
            eventually(() -> !nearlyFull(instances));
            assertThat(instances.describe(QUIET).state()).isEqualTo(InstanceStatus.State.OPEN);
            assertThat(instances.read(QUIET, "SELECT count(*) FROM t")).isOne();
            assertThat(instances.verify(QUIET)).isEmpty();
        }
        try (var instances = TestInstances.open(data, 10)) {
            assertThat(instances.read(QUIET, "SELECT count(*) FROM t")).isOne();
        }
    }

    @Test
    void oneWhoseLaneIsBusyIsFoldedAfterwardsAndKeepsNobodyElseFromIt() throws IOException {
        var begun = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        try (var instances = TestInstances.open(data, 10)) {
            instances.write(BUSY, "CREATE TABLE t(a)");
            instances.write(HOT, "CREATE TABLE t(a)");
            long held;
            var call =
                    instances.door.read(
                            InstanceKey.parse(BUSY),
                            TestInstances.terms(),
                            (tx, turn) -> {
                                begun.countDown();
                                await(mayEnd);
                                return true;
                            });
            await(begun);
            try {
                fill(instances);
                held = instances.journal.oldestSegmentEnd();
                // Calls of others go on, and what it holds stays.
                instances.write(QUIET, "CREATE TABLE t(a)");
                assertThat(instances.journal.oldestSegmentEnd()).isEqualTo(held);
            } finally {
                mayEnd.countDown();
            }
            assertThat(TestInstances.await(call)).isTrue();

            eventually(() -> instances.journal.oldestSegmentEnd() > held);
            eventually(() -> !nearlyFull(instances));
        }
    }

    /** Well beyond the size at which instances are folded, and below the one that is refused. */
    private static void fill(TestInstances instances) {
        while (!nearlyFull(instances)) {
            instances.write(HOT, GROW);
        }
    }

    private static boolean nearlyFull(TestInstances instances) {
        var size = instances.journal.size();
        return size.bytes() * 4 > size.bytesMax() * 3;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
