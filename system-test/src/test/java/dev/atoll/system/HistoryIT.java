package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.AtollProcess;
import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import dev.atoll.system.history.Workload;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Random;
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
    private static final int ROUNDS = Integer.getInteger("atoll.history.rounds", 3);

    /** Then the history is checked, and another begins with other instances. */
    private static final int ROUNDS_OF_A_HISTORY = 5;

    private static final int OPERATIONS_OF_A_LIFE_MIN = 100;
    private static final int OPERATIONS_OF_A_LIFE_MAX = 800;
    private static final Duration LIFE_MAX = Duration.ofMinutes(2);
    private static final Duration STARTING_MAX = Duration.ofMillis(1_500);

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
                .with("open-instances-max", "5")
                .with("idle-sleep-after", "200ms");
    }

    private void run(AtollProcess node, TestClient client, Runnable awaitReady) throws Exception {
        for (int done = 0; done < ROUNDS; done += ROUNDS_OF_A_HISTORY) {
            try (var workload = new Workload("history-" + done, random, client)) {
                for (int i = done; i < Math.min(ROUNDS, done + ROUNDS_OF_A_HISTORY); i++) {
                    live(workload);
                    kill(node, awaitReady);
                    workload.startedAgain();
                }
                live(workload);
                var problems = workload.finish();
                System.out.println(
                        "HistoryIT: " + done + ": " + workload.size() + " operations checked");
                assertThat(problems).as("-Datoll.seed=" + seed).isEmpty();
                workload.delete();
            }
        }
    }

    private void live(Workload workload) {
        long enough =
                workload.size()
                        + random.nextInt(OPERATIONS_OF_A_LIFE_MIN, OPERATIONS_OF_A_LIFE_MAX);
        Eventually.await("the clients get on", LIFE_MAX, () -> workload.size() > enough);
    }

    /** Sometimes again while it starts. */
    private void kill(AtollProcess node, Runnable awaitReady) {
        node.kill();
        while (random.nextInt(3) == 0) {
            node.start();
            // The moment is what varies: there is no condition to wait for.
            LockSupport.parkNanos(random.nextLong(STARTING_MAX.toNanos()));
            node.kill();
        }
        node.start();
        awaitReady.run();
    }
}
