package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.crash.Lifetimes;
import dev.atoll.system.crash.PairWrites;
import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.TestCluster;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * kill -9 at random moments under load, again and again, also while what the last one left is being
 * recovered: what was acknowledged is there exactly once, what was not is there whole or not at
 * all, what was deleted stays deleted.
 *
 * <p>{@code -Datoll.crash.rounds=N} makes it longer, {@code -Datoll.seed=N} repeats the moments.
 */
@ExtendWith(LogsOnFailure.class)
class CrashIT {
    private static final int ROUNDS = Integer.getInteger("atoll.crash.rounds", 6);
    private static final int CLEAR_EVERY = 20;
    private static final int WRITERS = 6;
    private static final int CREATORS = 3;
    private static final Duration LIFE_MAX = Duration.ofMillis(1_500);
    private static final Duration STARTING_MAX = Duration.ofMillis(2_500);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final PairWrites writes = new PairWrites();
    private final Lifetimes lifetimes = new Lifetimes(CREATORS);
    private long acknowledged;
    private long killsWhileStarting;

    @Test
    void nothingAcknowledgedIsLostAndNothingIsHalfThere() throws Exception {
        long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
        System.out.println("CrashIT: -Datoll.seed=" + seed);
        var random = new Random(seed);
        try (var server = new DevServer(TestCluster.newFolder("crash"))) {
            // Small, so that folds, trims, sleep and waking happen between crashes.
            server.process()
                    .with("journal-segment-bytes", "256KiB")
                    .with("journal-bytes-max", "2MiB")
                    .with("open-instances-max", "8")
                    .with("idle-sleep-after", "300ms");
            server.start();
            try (var client = server.client()) {
                writes.create(client);
            }
            for (int round = 1; round <= ROUNDS; round++) {
                crashUnderLoad(server, random);
                startAgain(server, random);
                check(server, "-Datoll.seed=" + seed + ", round " + round, round);
            }
            server.deleteData();
        }
        System.out.printf(
                "CrashIT: %d rounds, %d kills while starting, %d transactions acknowledged%n",
                ROUNDS, killsWhileStarting, acknowledged);
        assertThat(acknowledged).isPositive();
    }

    private void crashUnderLoad(DevServer server, Random random) throws Exception {
        var ready = new CountDownLatch(WRITERS + CREATORS);
        try (var client = server.client();
                var threads = Executors.newFixedThreadPool(WRITERS + CREATORS)) {
            var loads = new ArrayList<Future<?>>();
            for (int i = 0; i < WRITERS; i++) {
                var own = new Random(random.nextLong());
                loads.add(threads.submit(() -> writes.run(client, own, ready::countDown)));
            }
            for (int i = 0; i < CREATORS; i++) {
                var own = new Random(random.nextLong());
                int number = i;
                loads.add(
                        threads.submit(() -> lifetimes.run(number, client, own, ready::countDown)));
            }
            assertThat(ready.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            pause(random, LIFE_MAX);
            server.process().kill();
            for (var load : loads) {
                load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }

    /** Often killed while it starts, or shortly after, while it redoes what the crash left. */
    private void startAgain(DevServer server, Random random) {
        while (random.nextInt(2) == 0) {
            server.process().start();
            pause(random, STARTING_MAX);
            server.process().kill();
            killsWhileStarting++;
        }
        server.start();
    }

    private void check(DevServer server, String when, int round) throws Exception {
        try (var client = server.client()) {
            writes.check(client, when);
            lifetimes.check(client, when);
            if (round % CLEAR_EVERY == 0 || round == ROUNDS) {
                acknowledged += writes.acknowledged();
                writes.clear(client);
                System.out.println("CrashIT: " + round + " rounds");
            }
        }
    }

    /** The moment is what varies: there is no condition to wait for. */
    private static void pause(Random random, Duration most) {
        long end = System.nanoTime() + random.nextLong(most.toNanos());
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }
}
