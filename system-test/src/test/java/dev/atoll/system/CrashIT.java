package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import io.grpc.StatusRuntimeException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * kill -9 at random moments under load, again and again: what was acknowledged is there exactly
 * once, what was not is there whole or not at all.
 *
 * <p>{@code -Datoll.crash.rounds=N} makes it longer, {@code -Datoll.seed=N} repeats the moments.
 */
@ExtendWith(LogsOnFailure.class)
class CrashIT {
    private static final int ROUNDS = Integer.getInteger("atoll.crash.rounds", 8);
    private static final int INSTANCES = 12;
    private static final int WRITERS = 8;
    private static final int LIVES_MILLIS_MAX = 1_500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** By instance: what was acknowledged, and what was sent. */
    private final List<Set<Long>> acknowledged = sets();

    private final List<Set<Long>> sent = sets();
    private final AtomicLong numbers = new AtomicLong();

    @Test
    void nothingAcknowledgedIsLostAndNothingIsHalfThere() throws Exception {
        long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
        System.out.println("CrashIT: -Datoll.seed=" + seed);
        var random = new Random(seed);
        try (var server = new DevServer(TestCluster.newFolder("crash"))) {
            // Small, so that folds and trims happen between crashes.
            server.process()
                    .with("journal-segment-bytes", "1MiB")
                    .with("journal-bytes-max", "4MiB")
                    .with("idle-sleep-after", "300ms");
            server.start();
            try (var client = server.client()) {
                for (int i = 0; i < INSTANCES; i++) {
                    instance(client, i)
                            .having("CREATE TABLE t(n INTEGER PRIMARY KEY, half, v BLOB)");
                }
            }
            for (int round = 0; round < ROUNDS; round++) {
                crashUnderLoad(server, random);
                server.start();
                try (var client = server.client()) {
                    for (int i = 0; i < INSTANCES; i++) {
                        check(instance(client, i), i, round);
                    }
                }
            }
            server.process().kill();
        }
        assertThat(acknowledged).anyMatch(numbers -> !numbers.isEmpty());
    }

    private void crashUnderLoad(DevServer server, Random random) throws Exception {
        var ready = new CountDownLatch(WRITERS);
        try (var client = server.client();
                var threads = Executors.newFixedThreadPool(WRITERS)) {
            var writers = new ArrayList<Future<?>>();
            for (int i = 0; i < WRITERS; i++) {
                var own = new Random(random.nextLong());
                writers.add(threads.submit(() -> write(client, own, ready)));
            }
            assertThat(ready.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            long until =
                    System.nanoTime()
                            + TimeUnit.MILLISECONDS.toNanos(random.nextInt(LIVES_MILLIS_MAX));
            while (System.nanoTime() - until < 0) {
                Thread.onSpinWait();
            }
            server.process().kill();
            for (var writer : writers) {
                writer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }

    /** Each transaction writes two rows that belong together. Ends with the server. */
    private void write(TestClient client, Random random, CountDownLatch ready) {
        boolean first = true;
        while (true) {
            int i = random.nextInt(INSTANCES);
            long number = numbers.incrementAndGet();
            sent.get(i).add(number);
            try {
                instance(client, i)
                        .mutate(
                                Sql.write("INSERT INTO t VALUES (?, 1, NULL)", 2 * number),
                                Sql.write(
                                        "INSERT INTO t VALUES (?, 2, randomblob(?))",
                                        2 * number + 1,
                                        (long) random.nextInt(9_000)));
            } catch (StatusRuntimeException e) {
                ready.countDown();
                return;
            }
            acknowledged.get(i).add(number);
            if (first) {
                first = false;
                ready.countDown();
            }
        }
    }

    private void check(InstanceHandle instance, int i, int round) {
        var found = new HashSet<Long>();
        for (var row : instance.rows("SELECT n / 2, count(*) FROM t GROUP BY 1")) {
            assertThat(row.get(1)).as("rows of one transaction, round %s", round).isEqualTo(2L);
            found.add((Long) row.get(0));
        }
        assertThat(found).as("instance %s, round %s", i, round).containsAll(acknowledged.get(i));
        assertThat(sent.get(i)).containsAll(found);
        assertThat(instance.rows("PRAGMA integrity_check")).containsExactly(Sql.row("ok"));
        // A commit each, and the one that made the table: no number is left out or used twice.
        var bookmark = instance.describe().getBookmark();
        assertThat(commit(bookmark)).isEqualTo(found.size() + 1L);
    }

    private static long commit(String bookmark) {
        return dev.atoll.wire.Bookmark.parse(bookmark).commit();
    }

    private static InstanceHandle instance(TestClient client, int i) {
        return client.instance("crash", "i" + i);
    }

    private static List<Set<Long>> sets() {
        var sets = new ArrayList<Set<Long>>();
        for (int i = 0; i < INSTANCES; i++) {
            sets.add(ConcurrentHashMap.newKeySet());
        }
        return sets;
    }
}
