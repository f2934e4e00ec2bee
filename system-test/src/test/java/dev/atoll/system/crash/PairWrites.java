package dev.atoll.system.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.TestClient;
import dev.atoll.wire.Bookmark;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Transactions that write two rows each to instances that stay: acknowledged ones are there, all
 * others whole or not at all, and each took one commit number.
 */
public final class PairWrites {
    private static final int INSTANCES = 12;
    private static final int BLOB_BYTES_MAX = 9_000;

    private final List<Watched> instances = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();

    public PairWrites() {
        for (int i = 0; i < INSTANCES; i++) {
            instances.add(new Watched("i" + i));
        }
    }

    private static final class Watched {
        final String id;
        final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
        final Set<Long> sent = ConcurrentHashMap.newKeySet();

        /** The commit before the first pair. */
        long commitBefore;

        Watched(String id) {
            this.id = id;
        }

        InstanceHandle through(TestClient client) {
            return client.instance("crash", id);
        }
    }

    /** Makes the instances. */
    public void create(TestClient client) {
        for (var one : instances) {
            one.through(client).having("CREATE TABLE t(n INTEGER PRIMARY KEY, half, v BLOB)");
            one.commitBefore = 1;
        }
    }

    /** Writes until the server is gone; says after the first write that it has begun. */
    public void run(TestClient client, Random random, Runnable begun) {
        boolean first = true;
        while (true) {
            var one = instances.get(random.nextInt(INSTANCES));
            long number = numbers.incrementAndGet();
            one.sent.add(number);
            try {
                one.through(client)
                        .mutate(
                                Sql.write("INSERT INTO t VALUES (?, 1, NULL)", 2 * number),
                                Sql.write(
                                        "INSERT INTO t VALUES (?, 2, randomblob(?))",
                                        2 * number + 1,
                                        (long) random.nextInt(BLOB_BYTES_MAX)));
                one.acknowledged.add(number);
            } catch (StatusRuntimeException e) {
                if (Sent.of(e) == Sent.UNKNOWN) {
                    begun.run();
                    return;
                }
                one.sent.remove(number);
            }
            if (first) {
                first = false;
                begun.run();
            }
        }
    }

    /** How many were acknowledged, of those that were not cleared. */
    public long acknowledged() {
        return instances.stream().mapToLong(one -> one.acknowledged.size()).sum();
    }

    /** Holds the server to what it said. */
    public void check(TestClient client, String when) {
        for (var one : instances) {
            var instance = one.through(client);
            // Before anything wakes it.
            long shown = commit(instance);
            var found = new HashSet<Long>();
            for (var row : instance.rows("SELECT n / 2, count(*) FROM t GROUP BY 1")) {
                assertThat(row.get(1)).as("%s: rows of one transaction", when).isEqualTo(2L);
                found.add((Long) row.get(0));
            }
            assertThat(found).as("%s: %s", when, one.id).containsAll(one.acknowledged);
            assertThat(one.sent).as("%s: %s", when, one.id).containsAll(found);
            assertThat(instance.verify()).as("%s: %s", when, one.id).isEmpty();
            // A commit each: no number is left out or used twice.
            long expected = one.commitBefore + found.size();
            assertThat(shown).as("%s: commit of %s", when, one.id).isEqualTo(expected);
            assertThat(commit(instance)).as("%s: commit of %s", when, one.id).isEqualTo(expected);
        }
    }

    /** Empties the tables, so that a long test does not read more and more. */
    public void clear(TestClient client) {
        for (var one : instances) {
            var instance = one.through(client);
            instance.mutate("DELETE FROM t");
            one.commitBefore = commit(instance);
            one.acknowledged.clear();
            one.sent.clear();
        }
    }

    private static long commit(InstanceHandle instance) {
        return Bookmark.parse(instance.describe().getBookmark()).commit();
    }
}
