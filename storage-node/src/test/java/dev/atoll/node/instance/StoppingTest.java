package dev.atoll.node.instance;

import static dev.atoll.node.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.journal.JournalRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is stopped while its instances go to sleep. */
class StoppingTest {
    private static final List<String> KEYS = List.of("user:alice", "user:bob", "user:carol");

    @TempDir private Path data;

    @Test
    void leavesInstancesThatGoToSleepMeanwhileAsTheyAre() throws Exception {
        var asleep = new CountDownLatch(1);
        var mayGoOn = new CountDownLatch(1);
        var interrupted = new AtomicBoolean();
        Thread closing;
        try (var instances = TestInstances.openSleepy(data)) {
            instances.journal.watcher =
                    record -> {
                        // The first of them; the thread that looks for idle ones is at it.
                        if (record instanceof JournalRecord.Fold && asleep.getCount() > 0) {
                            asleep.countDown();
                            interrupted.set(awaitWhatever(mayGoOn));
                        }
                    };
            for (var key : KEYS) {
                instances.write(key, "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
            }
            asleep.await();
            closing = Thread.ofPlatform().start(instances.door::close);
            eventually(() -> isWaitingOrDone(closing));
            mayGoOn.countDown();
            closing.join();
            assertThat(instances.journal.failure()).isEmpty();
        }

        assertThat(interrupted).isFalse();
        allAreServed();
    }

    private void allAreServed() throws IOException {
        try (var instances = TestInstances.open(data, 10)) {
            for (var key : KEYS) {
                assertThat(instances.read(key, "SELECT count(*) FROM t")).isOne();
                assertThat(instances.verify(key)).isEmpty();
            }
        }
    }

    /** It waits for the thread that is held up, or does not mean to. */
    private static boolean isWaitingOrDone(Thread closing) {
        return closing.getState() == Thread.State.TIMED_WAITING || !closing.isAlive();
    }

    /** Whether somebody interrupted it, which it goes on with. */
    private static boolean awaitWhatever(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return interrupted;
    }
}
