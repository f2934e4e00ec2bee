package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.AtollProcess;
import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import dev.atoll.system.history.Workload;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Many clients read and write at once while the node is killed again and again: one serial
 * execution explains all that they saw, and no reply showed what a crash then took away.
 *
 * <p>{@code -Datoll.history.rounds=N} kills the node N times in each test, {@code -Datoll.seed=N}
 * repeats what is random but for the threads.
 */
@ExtendWith(LogsOnFailure.class)
class HistoryIT {
    private static final int ROUNDS = Integer.getInteger("atoll.history.rounds", 4);

    /** Then the history is checked, and another begins with other instances. */
    private static final int ROUNDS_OF_A_HISTORY = 5;

    private static final Duration LIFE_MIN = Duration.ofMillis(300);
    private static final Duration LIFE_MAX = Duration.ofMillis(1_500);

    private final long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
    private final Random random = new Random(seed);

    @Test
    void oneProcessThatIsKilledShowsNothingThatItThenLoses() throws Exception {
        System.out.println("HistoryIT: -Datoll.seed=" + seed);
        try (var server = new DevServer(TestCluster.newFolder("history"))) {
            withSmallLimits(server.process()).start().awaitReady();
            try (var client = server.client()) {
                run(server.process(), client, server.process()::awaitReady);
            }
            server.deleteData();
        }
    }

    @Test
    void aNodeThatIsKilledBehindItsRouterShowsNothingThatItThenLoses() throws Exception {
        System.out.println("HistoryIT: -Datoll.seed=" + seed);
        try (var cluster = new TestCluster("history-cluster")) {
            var node = withSmallLimits(cluster.addNode()).start();
            cluster.start(0, 1);
            run(node, cluster.client(0), cluster::awaitReady);
        }
    }

    /** Small, so that instances sleep and wake, fold, and free the journal between crashes. */
    private static AtollProcess withSmallLimits(AtollProcess node) {
        return node.with("journal-segment-bytes", "256KiB")
                .with("journal-bytes-max", "2MiB")
                .with("open-instances-max", "4")
                .with("idle-sleep-after", "200ms");
    }

    private void run(AtollProcess node, TestClient client, Runnable awaitReady) throws Exception {
        for (int done = 0; done < ROUNDS; done += ROUNDS_OF_A_HISTORY) {
            try (var workload = new Workload("history-" + done, random, client)) {
                for (int i = done; i < Math.min(ROUNDS, done + ROUNDS_OF_A_HISTORY); i++) {
                    live(LIFE_MIN, LIFE_MAX);
                    kill(node, awaitReady);
                    workload.startedAgain();
                }
                live(LIFE_MIN, LIFE_MAX);
                var problems = workload.finish(client);
                System.out.println(
                        "HistoryIT: " + done + ": " + workload.size() + " operations checked");
                assertThat(problems).as("-Datoll.seed=" + seed).isEmpty();
                workload.delete(client);
            }
        }
    }

    /** Sometimes again while it starts. */
    private void kill(AtollProcess node, Runnable awaitReady) {
        node.kill();
        while (random.nextInt(3) == 0) {
            node.start();
            live(Duration.ZERO, LIFE_MAX);
            node.kill();
        }
        node.start();
        awaitReady.run();
    }

    /** What this test varies is when the crash comes: there is no condition to wait for. */
    private void live(Duration least, Duration most) {
        long nanos = random.nextLong(least.toNanos(), most.toNanos());
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }
}
