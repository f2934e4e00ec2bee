package dev.atoll.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.node.TestNode;
import dev.atoll.node.config.ConfigStore.Outcome;
import dev.atoll.wire.EtcdLayout;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real etcd; each test has a cluster of its own. */
class EtcdConfigStoreIT extends ConfigStoreContract {
    private static final AtomicInteger CLUSTERS = new AtomicInteger();

    @TempDir static Path folder;
    private static TestEtcd etcd;

    private EtcdLayout layout = new EtcdLayout("none");

    @BeforeAll
    static void startEtcd() throws IOException {
        etcd = new TestEtcd(folder.resolve("etcd"));
    }

    @AfterAll
    static void stopEtcd() {
        etcd.close();
    }

    @BeforeEach
    void newCluster() {
        layout = new EtcdLayout("c" + CLUSTERS.incrementAndGet());
    }

    @Override
    EtcdConfigStore open() throws IOException {
        return new EtcdConfigStore(etcd.settings(layout.cluster()), new SecureRandom());
    }

    @Test
    void aCrashBetweenThePartsAndThePointerLeavesTheVersionBefore() throws Exception {
        var large = "y".repeat(3_000_000);
        try (var crashed = open()) {
            var _ = store(crashed, 1, "one");
            var _ = crashed.upload(version(2, large), large);
        }
        assertThat(parts()).hasSize(1 + 6);

        try (var store = open()) {
            assertThat(store.find().version()).contains(version(1, "one"));
            assertThat(store.versions()).containsExactly(version(1, "one"));
            assertThat(store.findText(2)).isEmpty();

            assertThat(store(store, 2, "two")).isEqualTo(new Outcome.Stored());
            // What the crash left is gone.
            assertThat(parts()).hasSize(2);
            assertThat(store.findText(1)).contains("one");
            assertThat(store.findText(2)).contains("two");
        }
    }

    @Test
    void anUploadUnderWayIsNotRemovedByAnotherThatBeganBefore() throws Exception {
        try (var first = open();
                var second = open()) {
            var _ = store(first, 1, "one");
            var afterFirst = second.find();
            var upload = second.upload(version(2, "two"), "two");

            assertThat(second.commit(upload, afterFirst)).isEqualTo(new Outcome.Stored());
            assertThat(first.findText(2)).contains("two");

            // One that began before the pointer moved cannot win, and is tidied away.
            var late = first.upload(version(3, "late"), "late");
            var _ = store(second, 3, "three");
            assertThat(first.commit(late, afterFirst)).isEqualTo(new Outcome.Overtaken(3));
            assertThat(parts()).hasSize(3);
        }
    }

    @Test
    void damageIsNoticed() throws Exception {
        try (var store = open()) {
            var _ = store(store, 1, "one");
            put(parts().getFirst(), "onf");

            assertThatThrownBy(() -> store.findText(1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("version 1");

            put(layout.configKey(), "nonsense");
            assertThatThrownBy(store::find)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(layout.configKey());
        }
    }

    @Test
    void anEtcdThatIsAwayIsAnErrorAndOneThatIsBackIsNot() throws Exception {
        try (var store = open()) {
            var _ = store(store, 1, "one");
            var found = store.find();
            etcd.stop();
            try {
                assertThatThrownBy(store::find).isInstanceOf(IOException.class);
                assertThatThrownBy(() -> store.store(version(2, "two"), "two", found))
                        .isInstanceOf(IOException.class);
            } finally {
                etcd.startAgain();
            }
            TestNode.eventually(
                    () -> {
                        try {
                            return store.find().equals(found);
                        } catch (IOException e) {
                            return false;
                        }
                    });
            assertThat(store(store, 2, "two")).isEqualTo(new Outcome.Stored());
        }
    }

    @Test
    void aWatchTellsOfChangesAlsoAfterACompaction() throws Exception {
        try (var store = open();
                var other = open()) {
            var told = new AtomicInteger();
            store.watch(told::incrementAndGet);
            var _ = store(other, 1, "one");
            TestNode.eventually(() -> told.get() > 0);

            compact();
            int before = told.get();
            store.watch(told::incrementAndGet);
            var _ = store(other, 2, "two");
            TestNode.eventually(() -> told.get() > before);
        }
    }

    private List<String> parts() throws Exception {
        try (var client = etcd.settings(layout.cluster()).connect()) {
            return client
                    .getKVClient()
                    .get(
                            EtcdConnection.bytes(layout.versionTextsPrefix()),
                            GetOption.builder().isPrefix(true).withKeysOnly(true).build())
                    .get()
                    .getKvs()
                    .stream()
                    .map(entry -> entry.getKey().toString(StandardCharsets.UTF_8))
                    .toList();
        }
    }

    private void put(String key, String value) throws Exception {
        try (var client = etcd.settings(layout.cluster()).connect()) {
            var _ =
                    client.getKVClient()
                            .put(
                                    EtcdConnection.bytes(key),
                                    EtcdConnection.bytes(value),
                                    PutOption.DEFAULT)
                            .get();
        }
    }

    private void compact() throws Exception {
        try (var client = etcd.settings(layout.cluster()).connect()) {
            var kv = client.getKVClient();
            long revision = kv.get(EtcdConnection.bytes("none")).get().getHeader().getRevision();
            var _ = kv.compact(revision).get();
        }
    }
}
