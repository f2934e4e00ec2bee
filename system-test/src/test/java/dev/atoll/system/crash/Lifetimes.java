package dev.atoll.system.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.TestClient;
import dev.atoll.wire.Bookmark;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Instances that come and go: what was created is there until it is deleted, what was deleted stays
 * deleted, and where a key is used again nothing of its last life is left. Each key has one client
 * at a time.
 */
public final class Lifetimes {
    private static final String NAMESPACE = "life";
    private static final int KEYS_OF_A_CLIENT = 4;

    private final List<Key> keys = new ArrayList<>();

    /** Keys for so many clients. */
    public Lifetimes(int clients) {
        for (int i = 0; i < clients * KEYS_OF_A_CLIENT; i++) {
            keys.add(new Key("k" + i));
        }
    }

    /** What one client knows of its key. */
    private static final class Key {
        final String id;
        boolean mayBeThere;
        boolean mayBeAway = true;

        /** Counts the lives; each writes its number. */
        long life;

        /** The highest that was seen. */
        long incarnation;

        Key(String id) {
            this.id = id;
        }

        void isThere(boolean there) {
            mayBeThere = there;
            mayBeAway = !there;
        }

        void isUnknown() {
            mayBeThere = true;
            mayBeAway = true;
        }
    }

    /** Creates and deletes with the keys of that client until the server is gone. */
    public void run(int client, TestClient through, Random random, Runnable begun) {
        boolean first = true;
        while (true) {
            var key = keys.get(client * KEYS_OF_A_CLIENT + random.nextInt(KEYS_OF_A_CLIENT));
            var instance = through.instance(NAMESPACE, key.id);
            boolean goesOn = key.mayBeThere ? delete(key, instance) : create(key, instance, random);
            if (first || !goesOn) {
                first = false;
                begun.run();
            }
            if (!goesOn) {
                return;
            }
        }
    }

    private static boolean create(Key key, InstanceHandle instance, Random random) {
        key.life++;
        try {
            if (random.nextInt(4) == 0) {
                var created = instance.create();
                key.isThere(true);
                sawIncarnation(key, created);
            }
            instance.mutate(
                    Sql.write("CREATE TABLE t(life, v)"),
                    Sql.write(
                            "INSERT INTO t VALUES (?, randomblob(?))",
                            key.life,
                            (long) random.nextInt(30_000)));
            key.isThere(true);
            return true;
        } catch (StatusRuntimeException e) {
            boolean unknown = Sent.of(e) == Sent.UNKNOWN;
            if (unknown && !key.mayBeThere) {
                key.isUnknown();
            }
            return !unknown;
        }
    }

    private static boolean delete(Key key, InstanceHandle instance) {
        try {
            instance.delete();
            key.isThere(false);
            return true;
        } catch (StatusRuntimeException e) {
            if (Sent.of(e) == Sent.UNKNOWN) {
                key.isUnknown();
                return false;
            }
            return true;
        }
    }

    /** Holds the server to what it said. */
    public void check(TestClient client, String when) {
        var found = new HashSet<String>();
        for (var key : keys) {
            var instance = client.instance(NAMESPACE, key.id);
            var shown = describe(instance);
            if (shown.isPresent()) {
                assertThat(key.mayBeThere).as("%s: %s is there", when, key.id).isTrue();
                found.add(key.id);
                checkLife(key, instance, when);
                sawIncarnation(key, shown.get());
            } else {
                assertThat(key.mayBeAway).as("%s: %s is away", when, key.id).isTrue();
            }
            key.isThere(shown.isPresent());
        }
        assertThat(list(client)).as("%s: the list", when).isEqualTo(found);
    }

    private static void checkLife(Key key, InstanceHandle instance, String when) {
        assertThat(instance.verify()).as("%s: %s", when, key.id).isEmpty();
        var tables = instance.rows("SELECT count(*) FROM sqlite_schema WHERE name = 't'");
        if (tables.getFirst().getFirst().equals(0L)) {
            return; // Created empty, and the first write did not come.
        }
        assertThat(instance.rows("SELECT life FROM t"))
                .as("%s: life of %s", when, key.id)
                .containsExactly(Sql.row(key.life));
    }

    private static void sawIncarnation(Key key, Instance shown) {
        long incarnation = Bookmark.parse(shown.getBookmark()).incarnation();
        assertThat(incarnation).as(key.id).isGreaterThanOrEqualTo(key.incarnation);
        key.incarnation = incarnation;
    }

    private static Optional<Instance> describe(InstanceHandle instance) {
        try {
            return Optional.of(instance.describe());
        } catch (StatusRuntimeException e) {
            if (Refusal.of(e).reason().equals("INSTANCE_NOT_FOUND")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Set<String> list(TestClient client) {
        var ids = new HashSet<String>();
        var request = ListInstancesRequest.newBuilder().setNamespace(NAMESPACE).setPageSize(1_000);
        for (var shown : client.instances().listInstances(request.build()).getInstancesList()) {
            ids.add(shown.getKey().getId());
        }
        return ids;
    }
}
