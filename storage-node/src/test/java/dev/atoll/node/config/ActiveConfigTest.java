package dev.atoll.node.config;

import static dev.atoll.node.config.ConfigStoreContract.store;
import static dev.atoll.node.config.ConfigStoreContract.version;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActiveConfigTest {
    @TempDir Path folder;

    private final MemoryConfigStore store = new MemoryConfigStore();
    private final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);
    private @Nullable ActiveConfig config;

    @AfterEach
    void close() {
        if (config != null) {
            config.close();
        }
    }

    @Test
    void knowsThatNothingWasEverApplied() throws IOException {
        var active = start();

        assertThat(active.current()).isEmpty();
        assertThat(active.isConfirmed()).isTrue();
        assertThat(active.missing()).isEmpty();
    }

    @Test
    void hasTheCurrentVersionWhenItIsStarted() throws IOException {
        var _ = store(store, 1, text("one"));

        assertThat(start().current().orElseThrow())
                .satisfies(
                        now -> {
                            assertThat(now.version()).isEqualTo(version(1, text("one")));
                            assertThat(now.find("one").orElseThrow().version()).isEqualTo(1);
                            assertThat(now.find("other")).isEmpty();
                        });
    }

    @Test
    void followsEveryVersion() throws IOException {
        var active = start();
        for (int i = 1; i <= 5; i++) {
            var _ = store(store, i, text("text" + i));
            awaitVersion(active, i);
            assertThat(declares(active)).isEqualTo("text" + i);
            assertThat(active.isConfirmed()).isTrue();
        }
    }

    @Test
    void isNotConfirmedBeforeTheFirstAnswer() throws IOException {
        store.away(true);
        var active = start();

        assertThat(active.isConfirmed()).isFalse();
        assertThat(active.isKnown()).isFalse();
        assertThat(active.missing()).singleElement().asString().contains("the store is away");

        store.away(false);
        TestNode.eventually(active::isConfirmed);
        assertThat(active.isKnown()).isTrue();
        assertThat(active.missing()).isEmpty();

        // That there was none is still better known than nothing.
        store.away(true);
        pass(Duration.ofSeconds(5));
        assertThat(active.isConfirmed()).isFalse();
        assertThat(active.isKnown()).isTrue();
    }

    @Test
    void doesNotKnowWhatIsDeclaredByAFirstVersionThatItCannotUse() throws IOException {
        var _ = store(store, 1, "wrong");
        var active = start();
        assertThat(active.isKnown()).isFalse();

        var _ = store(store, 2, text("two"));
        TestNode.eventually(active::isKnown);
        assertThat(declares(active)).isEqualTo("two");
    }

    @Test
    void aConfirmationEndsWithTheLeaseAndTheVersionStays() throws IOException {
        var _ = store(store, 1, text("one"));
        var active = start();
        store.away(true);
        TestNode.eventually(() -> !active.isActiveSoon(2, Duration.ofSeconds(5)));

        pass(Duration.ofMillis(3_999));
        assertThat(active.isConfirmed()).isTrue();
        pass(Duration.ofMillis(2));
        assertThat(active.isConfirmed()).isFalse();
        assertThat(active.missing()).singleElement().asString().contains("the store is away");
        assertThat(declares(active)).isEqualTo("one");

        store.away(false);
        TestNode.eventually(active::isConfirmed);
    }

    @Test
    void catchesUpAfterTheStoreWasAway() throws IOException {
        var _ = store(store, 1, text("one"));
        var active = start();
        store.away(true);
        assertThat(active.isActiveSoon(2, Duration.ofSeconds(5))).isFalse();
        store.away(false);
        var _ = store(store, 2, text("two"));
        var _ = store(store, 3, text("three"));

        awaitVersion(active, 3);
    }

    @Test
    void aVersionThatItCannotUseIsNotUsedAndNotConfirmed() throws IOException {
        var _ = store(store, 1, text("one"));
        var active = start();
        var _ = store(store, 2, "wrong");

        TestNode.eventually(() -> !active.isConfirmed());
        assertThat(declares(active)).isEqualTo("one");
        assertThat(active.missing())
                .singleElement()
                .asString()
                .contains("version 2 cannot be used by this node: 1:1: ");

        var _ = store(store, 3, text("three"));
        awaitVersion(active, 3);
        TestNode.eventually(active::isConfirmed);
    }

    @Test
    void startsWithItsCopyWhileTheStoreIsAway() throws IOException {
        var _ = store(store, 1, text("one"));
        var _ = store(store, 2, text("two"));
        start().close();
        store.away(true);

        var active = start();

        assertThat(active.current().orElseThrow())
                .satisfies(
                        now -> {
                            assertThat(now.version()).isEqualTo(version(2, text("two")));
                            assertThat(now.find("two").orElseThrow().version()).isEqualTo(2);
                            assertThat(now.find("other")).isEmpty();
                        });
        assertThat(active.isConfirmed()).isFalse();
        assertThat(active.isKnown()).isTrue();
        store.away(false);
        TestNode.eventually(active::isConfirmed);
    }

    @Test
    void aDamagedCopyIsAsGoodAsNone() throws IOException {
        var _ = store(store, 1, text("one"));
        start().close();
        Files.writeString(folder.resolve("0000000001.yaml"), "rubbish");

        assertThat(start().current().orElseThrow())
                .satisfies(
                        now -> {
                            assertThat(now.version()).isEqualTo(version(1, text("one")));
                            assertThat(now.find("one").orElseThrow().version()).isEqualTo(1);
                            assertThat(now.find("other")).isEmpty();
                        });

        store.away(true);
        close();
        Files.writeString(folder.resolve("0000000001.yaml"), "rubbish");
        var active = start();
        assertThat(active.current()).isEmpty();
        assertThat(active.isKnown()).isFalse();
    }

    @Test
    void neverGoesBackToALowerNumberOverRestartsEither() throws IOException {
        for (int i = 1; i <= 3; i++) {
            var _ = store(store, i, text("text" + i));
        }
        var active = start();
        store.lose();
        TestNode.eventually(() -> !active.isActiveSoon(4, Duration.ofSeconds(5)));

        assertThat(active.isConfirmed()).isFalse();
        assertThat(active.missing())
                .singleElement()
                .asString()
                .contains("version 0 is stored (expected: 3, ");
        active.close();

        var _ = store(store, 1, text("after"));
        var restarted = start();
        assertThat(declares(restarted)).isEqualTo("text3");
        assertThat(restarted.isConfirmed()).isFalse();

        var _ = store(store, 4, text("text4"));
        awaitVersion(restarted, 4);
        TestNode.eventually(restarted::isConfirmed);
    }

    @Test
    void anotherTextUnderTheSameNumberIsNotTaken() throws IOException {
        var _ = store(store, 1, text("one"));
        start().close();
        store.lose();
        var _ = store(store, 1, text("another"));

        var active = start();

        assertThat(declares(active)).isEqualTo("one");
        assertThat(active.isConfirmed()).isFalse();
    }

    private ActiveConfig start() throws IOException {
        var started =
                new ActiveConfig(
                        store,
                        new FolderConfigStore(folder),
                        new ActiveConfig.Clocks(
                                nanos::get, () -> Instant.ofEpochMilli(nanos.get() / 1_000_000)));
        config = started;
        started.start();
        return started;
    }

    /** A file that declares one namespace. */
    private static String text(String namespace) {
        return "databases:\n  " + namespace + ": { dynamic: true }\n";
    }

    /** The namespace that is declared. */
    private static String declares(ActiveConfig active) {
        return active.current().orElseThrow().file().blocks().getFirst().name();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static void awaitVersion(ActiveConfig active, long number) throws IOException {
        TestNode.eventually(
                () -> active.current().map(now -> now.version().number() == number).orElse(false));
    }
}
